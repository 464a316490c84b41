// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.udp.UdpProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends a datagram and ends with the answer. The argument is the port, 9999 by default. */
public final class UdpEchoClient {

    private UdpEchoClient() {}

    private static final class EchoClientProtocol implements DatagramProtocol {

        private final String message;
        private final CompletableFuture<Boolean> connectionIsLost;

        @SuppressWarnings("NullAway.Init") // connectionMade comes first
        private DatagramTransport transport;

        EchoClientProtocol(String message, CompletableFuture<Boolean> connectionIsLost) {
            this.message = message;
            this.connectionIsLost = connectionIsLost;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
            System.out.println("Send: " + message);
            transport.sendto(ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            System.out.println("Received: " + StandardCharsets.UTF_8.decode(data));

            System.out.println("Close the socket");
            transport.close();
        }

        @Override
        public void errorReceived(IOException error) {
            System.out.println("Error received: " + error.getMessage());
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            System.out.println("Connection closed");
            connectionIsLost.complete(true);
        }
    }

    /** Asks, and waits for the answer for a minute. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 9999;
        CompletableFuture<Boolean> connectionIsLost = new CompletableFuture<>();
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new UdpProvider()))) {
            networks.network()
                    .createDatagramEndpoint(
                            () -> new EchoClientProtocol("Hello World!", connectionIsLost),
                            null,
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                            DatagramOptions.DEFAULTS)
                    .toCompletableFuture()
                    .get();

            connectionIsLost.get(1, TimeUnit.MINUTES);
        }
    }
}
