// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.SocketView;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.udp.UdpProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.List;

/** Asks a transport for its socket, and the socket for an option. */
public final class SocketOfATransport {

    private SocketOfATransport() {}

    private static final class AskingProtocol implements DatagramProtocol {

        @Override
        public void connectionMade(BaseTransport transport) {
            SocketView socket = transport.getExtraInfo(ExtraInfo.SOCKET).orElse(null);
            if (socket != null) {
                try {
                    System.out.println("SO_BROADCAST: " + socket.getOption(StandardSocketOptions.SO_BROADCAST));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Opens an endpoint that may send to broadcast addresses. */
    public static void main(String[] args) throws Exception {
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new UdpProvider()))) {
            networks.network()
                    .createDatagramEndpoint(
                            AskingProtocol::new,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                            null,
                            DatagramOptions.DEFAULTS.with(DatagramOptions.ALLOW_BROADCAST, true))
                    .toCompletableFuture()
                    .get();
        }
    }
}
