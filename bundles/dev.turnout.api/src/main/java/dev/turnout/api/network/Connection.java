// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.BaseTransport;

/**
 * Pairs a transport with the protocol it began with, delivered after {@code connectionMade} has run.
 *
 * @param <T> the kind of transport
 * @param transport the transport
 * @param protocol what the factory made
 * @see "LOOP-41, LOOP-42, JAVA-6"
 */
public record Connection<T extends BaseTransport>(T transport, BaseProtocol protocol) {}
