// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.transport.DatagramTransport;
import java.net.InetSocketAddress;

/**
 * Joins a datagram transport under test with a peer of the test.
 *
 * @param transport the transport
 * @param address where the transport receives
 * @param peer the other end
 * @param gate what stands between the transport and the kernel; always open unless the test asked for one
 */
public record DatagramLink(
        DatagramTransport transport, InetSocketAddress address, DatagramPeer peer, DatagramFixture.Gate gate) {}
