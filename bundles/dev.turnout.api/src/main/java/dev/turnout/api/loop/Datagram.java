// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import java.net.SocketAddress;
import java.nio.ByteBuffer;

/**
 * Holds one received datagram.
 *
 * @param data the bytes, from position to limit, owned by the receiver
 * @param sender who sent it
 * @see "JAVA-6, SOCK-4"
 */
public record Datagram(ByteBuffer data, SocketAddress sender) {}
