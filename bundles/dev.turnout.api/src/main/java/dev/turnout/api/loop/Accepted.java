// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

/**
 * Holds an accepted connection.
 *
 * @param channel the non-blocking channel, owned by the receiver
 * @param peer the address that accept reported
 * @see "SOCK-7"
 */
public record Accepted(SocketChannel channel, SocketAddress peer) {}
