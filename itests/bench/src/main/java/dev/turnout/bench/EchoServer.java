// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.transport.tcp.TcpProvider;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Serves echo by Turnout on one loop, at a port chosen by the system. */
public final class EchoServer implements AutoCloseable {

    private final Loops loops = new Loops(1);
    private final Networks networks = Networks.of(loops, List.of(new TcpProvider()));
    private final SocketAddress address;

    /** Binds and listens. */
    public EchoServer() {
        address = networks.network()
                .createServer(Echo::new, Endpoint.parse("tcp://127.0.0.1:0"), ServerOptions.DEFAULTS)
                .thenCompose(server -> CompletableFuture.completedStage(
                        Objects.requireNonNull(server.sockets().get(0).getsockname())))
                .toCompletableFuture()
                .join();
    }

    /** Returns where it listens. */
    public SocketAddress address() {
        return address;
    }

    /** Returns the thread that serves. */
    public Thread thread() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        loops.next().execute(() -> thread.complete(Thread.currentThread()));
        return thread.join();
    }

    @Override
    public void close() {
        networks.close();
        loops.close();
    }

    private static final class Echo implements Protocol {
        private @Nullable Transport transport;

        @Override
        public void connectionMade(BaseTransport connected) {
            transport = (Transport) connected;
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            Objects.requireNonNull(transport).write(data);
        }
    }
}
