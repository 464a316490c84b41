// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.OpenLog;
import dev.turnout.transport.nio.BoundSocket;
import dev.turnout.transport.nio.Connector;
import dev.turnout.transport.nio.StreamServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/** Holds two loops and what the tests of this bundle open on them. */
final class TcpBench implements AutoCloseable {

    static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 0);

    final LoopThread loop = new LoopThread(EventLoops.newEventLoop("bench-0"));
    final LoopThread second = new LoopThread(EventLoops.newEventLoop("bench-1"));
    final OpenLog log = new OpenLog();
    final Sockets sockets = new Sockets();

    /** Where connections go: the first loop only, unless a test says otherwise. */
    List<IoLoop> targets = List.of(loop.loop());

    private final AtomicInteger turn = new AtomicInteger();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** Are TCP sockets that keep what they opened and fail on demand. */
    static final class Sockets extends TcpSockets {

        final List<SocketChannel> opened = Collections.synchronizedList(new ArrayList<>());
        final Deque<IOException> acceptFailures = new ConcurrentLinkedDeque<>();
        final AtomicInteger accepts = new AtomicInteger();
        volatile Class<?> lacking = Void.class;

        @Override
        public SocketChannel open(SelectorProvider provider, SocketAddress target) throws IOException {
            SocketChannel channel = super.open(provider, target);
            opened.add(channel);
            return channel;
        }

        @Override
        public BoundSocket<ServerSocketChannel> listen(
                SelectorProvider provider, SocketAddress address, ServerOptions options) throws IOException {
            if (lacking.isInstance(((InetSocketAddress) address).getAddress())) {
                throw new UnsupportedOperationException("Protocol family not supported");
            }
            return super.listen(provider, address, options);
        }

        @Override
        public SocketChannel accept(ServerSocketChannel listener) throws IOException {
            accepts.incrementAndGet();
            IOException failure = acceptFailures.poll();
            if (failure != null) {
                throw failure;
            }
            return super.accept(listener);
        }
    }

    private final class Group implements LoopGroup {

        @Override
        public List<IoLoop> loops() {
            return targets;
        }

        @Override
        public IoLoop next() {
            return targets.get(turn.getAndIncrement() % targets.size());
        }
    }

    ListenRequest listenRequest(
            Endpoint endpoint,
            List<String> hosts,
            ServerOptions options,
            Function<EventLoop, ? extends BaseProtocol> factory) {
        return new ListenRequest(loop.loop(), new Group(), endpoint, hosts, options, factory, log);
    }

    /** Listens through the provider at hosts and a port. */
    Server listen(
            List<String> hosts, int port, ServerOptions options, Function<EventLoop, ? extends BaseProtocol> factory) {
        ListenRequest request = listenRequest(
                Endpoint.of("tcp", hosts.get(0), port), hosts.size() == 1 ? List.of() : hosts, options, factory);
        return own(loop.await(() -> new TcpProvider().listen(request)));
    }

    /** Listens at 127.0.0.1 with the bench's sockets. */
    Server listen(ServerOptions options, Function<EventLoop, ? extends BaseProtocol> factory) {
        return listenAt(List.of(LOCAL), options, factory);
    }

    Server listenAt(
            List<InetSocketAddress> addresses,
            ServerOptions options,
            Function<EventLoop, ? extends BaseProtocol> factory) {
        ListenRequest request = listenRequest(Endpoint.of("tcp", "127.0.0.1", 0), List.of(), options, factory);
        return own(loop.call(() -> StreamServer.listen(request, sockets, addresses)));
    }

    private Server own(Server server) {
        open.push(() -> loop.run(on -> server.close()));
        return server;
    }

    /** Closes something when the test is over. */
    <C extends AutoCloseable> C closing(C resource) {
        open.push(resource);
        return resource;
    }

    InetSocketAddress address(Server server) {
        return (InetSocketAddress) loop.call(() -> server.sockets().get(0).getsockname());
    }

    int port(Server server) {
        return address(server).getPort();
    }

    ConnectRequest connectRequest(Endpoint endpoint, ConnectOptions options, Supplier<? extends BaseProtocol> factory) {
        return new ConnectRequest(loop.loop(), endpoint, options, factory, false, log);
    }

    /** Connects through the provider. */
    Connection<Transport> connect(
            String host, int port, ConnectOptions options, Supplier<? extends BaseProtocol> factory) {
        ConnectRequest request = connectRequest(Endpoint.of("tcp", host, port), options, factory);
        return loop.await(() -> new TcpProvider().connect(request));
    }

    /** Begins to connect to the first that answers of several addresses. */
    CompletionStage<Connection<Transport>> connectToOneOf(
            List<? extends SocketAddress> addresses,
            List<? extends SocketAddress> locals,
            ConnectOptions options,
            Supplier<? extends BaseProtocol> factory) {
        ConnectRequest request = connectRequest(Endpoint.of("tcp", "several.test", 1), options, factory);
        return loop.call(() -> Connector.connect(
                request,
                sockets,
                CompletableFuture.completedFuture(addresses),
                CompletableFuture.completedFuture(locals)));
    }

    /** Opens a plain blocking client. */
    SocketChannel client(InetSocketAddress address) throws IOException {
        return closing(SocketChannel.open(address));
    }

    /** Opens a plain listener. */
    ServerSocketChannel listener() throws IOException {
        return closing(ServerSocketChannel.open().bind(LOCAL));
    }

    /** Returns an address of this machine at which nobody listens. */
    InetSocketAddress refusing() throws IOException {
        try (ServerSocketChannel gone = ServerSocketChannel.open().bind(LOCAL)) {
            return (InetSocketAddress) gone.getLocalAddress();
        }
    }

    static void send(SocketChannel channel, String text) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (data.hasRemaining()) {
            channel.write(data);
        }
    }

    /** Reads so many bytes; the end of the stream comes back as a shorter text. */
    static String receive(SocketChannel channel, int count) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(count);
        int got = 0;
        while (data.hasRemaining() && got >= 0) {
            got = channel.read(data);
        }
        return new String(data.array(), 0, data.position(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new AssertionError("cannot clean up", e);
            }
        }
        // a loop that was never used may not have begun to run
        second.settle();
        loop.loop().shutdown(LoopThread.DEADLINE);
        second.loop().shutdown(LoopThread.DEADLINE);
        loop.close();
        second.close();
    }
}
