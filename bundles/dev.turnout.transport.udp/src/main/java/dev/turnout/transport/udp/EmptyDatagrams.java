// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * Sends empty datagrams from a connected channel's address.
 *
 * <p>The JDK writes nothing for an empty buffer on a connected channel. So a second channel, not connected, shares the address for as long as the call
 * takes. The kernel gives what the peer sends meanwhile to the connected one, as that fits better.
 *
 * @see "DGRAM-10"
 */
final class EmptyDatagrams {

    private EmptyDatagrams() {}

    static void send(SelectorProvider provider, DatagramChannel from, InetSocketAddress local, SocketAddress to)
            throws IOException {
        SocketOption<Boolean> sharing = from.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)
                ? StandardSocketOptions.SO_REUSEPORT
                : StandardSocketOptions.SO_REUSEADDR;
        boolean before = from.getOption(sharing);
        try (DatagramChannel helper = provider.openDatagramChannel(UdpSockets.familyOf(local))) {
            helper.configureBlocking(false);
            from.setOption(sharing, true);
            helper.setOption(sharing, true);
            helper.bind(local);
            helper.send(ByteBuffer.allocate(0), to);
        } finally {
            from.setOption(sharing, before);
        }
    }
}
