// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.tcp.TcpProvider;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends a message and waits until the server closes the connection. The argument is the port, 8888 by default. */
public final class TcpEchoClient {

    private TcpEchoClient() {}

    private record EchoClientProtocol(String message, CompletableFuture<Boolean> connectionIsLost) implements Protocol {

        @Override
        public void connectionMade(BaseTransport transport) {
            ((Transport) transport).write(message.getBytes(StandardCharsets.UTF_8));
            System.out.println("Data sent: '" + message + "'");
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            System.out.println("Data received: '" + StandardCharsets.UTF_8.decode(data) + "'");
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            System.out.println("The server closed the connection");
            connectionIsLost.complete(true);
        }
    }

    /** Connects, and ends with the connection. */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8888;
        CompletableFuture<Boolean> connectionIsLost = new CompletableFuture<>();
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new TcpProvider()))) {
            networks.network()
                    .createConnection(
                            () -> new EchoClientProtocol("Hello World!", connectionIsLost),
                            "127.0.0.1",
                            port,
                            ConnectOptions.DEFAULTS)
                    .toCompletableFuture()
                    .get();

            // until the protocol says that the connection is lost
            connectionIsLost.get();
        }
    }
}
