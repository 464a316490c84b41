// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import java.net.SocketAddress;

/**
 * Tells what was received into a caller's buffer.
 *
 * @param count bytes put in
 * @param sender who sent them
 * @see "SOCK-4"
 */
public record Received(int count, SocketAddress sender) {}
