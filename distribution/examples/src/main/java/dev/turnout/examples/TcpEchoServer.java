// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.network.Network;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.tcp.TcpProvider;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends back what it receives, then closes the connection. The argument is the port, 8888 by default. */
public final class TcpEchoServer {

    private TcpEchoServer() {}

    private static final class EchoServerProtocol implements Protocol {

        @SuppressWarnings("NullAway.Init") // connectionMade comes first
        private Transport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            System.out.println(
                    "Connection from " + made.getExtraInfo(ExtraInfo.PEERNAME).orElse(null));
            transport = (Transport) made;
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            String message = StandardCharsets.UTF_8.decode(data.duplicate()).toString();
            System.out.println("Data received: '" + message + "'");

            System.out.println("Send: '" + message + "'");
            transport.write(data);

            System.out.println("Close the client socket");
            transport.close();
        }
    }

    /** Serves until the program is stopped. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8888;
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new TcpProvider()))) {
            Network network = networks.network();
            Server server = network.createServer(
                            EchoServerProtocol::new, List.of("127.0.0.1"), port, ServerOptions.DEFAULTS)
                    .toCompletableFuture()
                    .get();
            System.out.println("Serving on 127.0.0.1:" + port);

            // what belongs to a loop is called on its thread
            CompletableFuture.completedFuture(server)
                    .thenComposeAsync(Server::serveForever, server.loop())
                    .get();
        }
    }
}
