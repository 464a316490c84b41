// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Waits for data on a socket that is connected already. */
public final class ExistingSocket {

    private ExistingSocket() {}

    private static final class MyProtocol implements Protocol {

        private final CompletableFuture<Boolean> connectionIsLost;

        @SuppressWarnings("NullAway.Init") // connectionMade comes first
        private Transport transport;

        MyProtocol(CompletableFuture<Boolean> connectionIsLost) {
            this.connectionIsLost = connectionIsLost;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            System.out.println("Received: " + StandardCharsets.UTF_8.decode(data));

            // we are done: connectionLost() will be called by itself
            transport.close();
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            // the socket has been closed
            connectionIsLost.complete(true);
        }
    }

    /** Connects two sockets, gives one to a transport and sends by the other. */
    public static void main(String[] args) throws Exception {
        CompletableFuture<Boolean> connectionIsLost = new CompletableFuture<>();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Loops loops = new Loops(1);
                Networks networks = Networks.of(loops, List.of(new TcpProvider()));
                ServerSocketChannel listener = ServerSocketChannel.open().bind(anyPort);
                SocketChannel reading = SocketChannel.open(listener.getLocalAddress());
                SocketChannel writing = listener.accept()) {

            // register the socket to wait for data
            Connection<Transport> connection = networks.network()
                    .createConnection(
                            () -> new MyProtocol(connectionIsLost),
                            null,
                            -1,
                            ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, reading))
                    .toCompletableFuture()
                    .get();

            // as if data came in from the network
            EventLoop loop = connection.transport().loop();
            loop.callSoonThreadsafe(() -> send(writing, "abc"));

            connectionIsLost.get();
        }
    }

    private static void send(SocketChannel channel, String text) {
        try {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
