// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.transport.Transport;

/**
 * Joins a transport under test with a peer that the test controls byte by byte.
 *
 * @param transport the transport
 * @param peer the other end
 */
public record Link(Transport transport, Peer peer) {}
