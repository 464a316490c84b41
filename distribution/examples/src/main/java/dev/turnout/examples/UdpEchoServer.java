// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.udp.UdpProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Sends each datagram back; one protocol object serves all clients. The argument is the port, 9999 by default. */
public final class UdpEchoServer {

    private UdpEchoServer() {}

    private static final class EchoServerProtocol implements DatagramProtocol {

        @SuppressWarnings("NullAway.Init") // connectionMade comes first
        private DatagramTransport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            String message = StandardCharsets.UTF_8.decode(data.duplicate()).toString();
            System.out.println("Received '" + message + "' from " + sender);
            System.out.println("Send '" + message + "' to " + sender);
            transport.sendto(data, sender);
        }
    }

    /** Serves for one hour. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9999;
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new UdpProvider()))) {
            networks.network()
                    .createDatagramEndpoint(
                            EchoServerProtocol::new,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            null,
                            DatagramOptions.DEFAULTS)
                    .toCompletableFuture()
                    .get();
            System.out.println("Starting UDP server");

            CountDownLatch nobodyCounts = new CountDownLatch(1);
            if (!nobodyCounts.await(1, TimeUnit.HOURS)) {
                System.out.println("Served for an hour");
            }
        }
    }
}
