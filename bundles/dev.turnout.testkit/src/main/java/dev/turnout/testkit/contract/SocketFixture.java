// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

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
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens connections over any kind of socket that the JDK knows, with the transport under test on the chosen side. */
public abstract class SocketFixture implements StreamFixture {

    private static final int SMALL_BUFFER = 32 * 1024;

    private final Side side;
    private final OpenLog log = new OpenLog();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private @Nullable Peer lastPeer;

    /** Makes a fixture whose transport under test stands on this side. */
    protected SocketFixture(Side side) {
        this.side = side;
    }

    /** Returns the provider under test. */
    protected abstract TransportProvider provider();

    /** Returns a local address to listen at that nobody uses: with port 0, or a fresh path. */
    protected abstract SocketAddress freeAddress();

    /** Returns the endpoint of an address. */
    protected abstract Endpoint endpoint(SocketAddress address);

    /** Returns the family of the addresses. */
    protected abstract StandardProtocolFamily family();

    /** Returns what the provider told its observer. */
    public final OpenLog log() {
        return log;
    }

    /** Returns which side the transport under test stands on. */
    public final Side side() {
        return side;
    }

    @Override
    public Link open(LoopThread loop, BaseProtocol protocol, Map<String, String> options, Hook<Peer> early) {
        AtomicReference<@Nullable BaseProtocol> only = new AtomicReference<>(protocol); // nobody here shall keep it
        Supplier<BaseProtocol> factory = () -> Objects.requireNonNull(only.getAndSet(null));
        return side == Side.CLIENT ? connect(loop, factory, options, early) : accept(loop, factory, options, early);
    }

    private Link accept(
            LoopThread loop, Supplier<BaseProtocol> factory, Map<String, String> options, Hook<Peer> early) {
        Server server = listen(loop, options, on -> factory.get());
        SocketPeer peer = loop.call(() -> {
            SocketChannel channel = SocketChannel.open(family());
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
            channel.connect(address(server));
            SocketPeer connected = peer(channel);
            Hook.call(early, connected);
            return connected;
        });
        Transport transport = (Transport) log.awaitOpened();
        loop.settle();
        return new Link(transport, peer);
    }

    /** Listens at a free address; the server is closed with the fixture. */
    public final Server listen(
            LoopThread loop, Map<String, String> options, Function<EventLoop, ? extends BaseProtocol> factory) {
        Server server = loop.await(() -> provider()
                .listen(new ListenRequest(
                        loop.loop(),
                        new Alone(loop.loop()),
                        endpoint(freeAddress()),
                        List.of(),
                        ServerOptions.DEFAULTS.with(options),
                        factory,
                        log)));
        open.push(() -> {
            if (!loop.loop().isClosed()) {
                loop.run(on -> server.close());
            }
        });
        return server;
    }

    /** Returns where a server of this fixture listens. */
    public final SocketAddress address(Server server) {
        return Objects.requireNonNull(server.sockets().get(0).getsockname(), "the server's address");
    }

    @Override
    public Link connect(LoopThread loop, Supplier<BaseProtocol> factory) {
        return connect(loop, factory, Map.of(), peer -> {});
    }

    private Link connect(
            LoopThread loop, Supplier<? extends BaseProtocol> factory, Map<String, String> options, Hook<Peer> early) {
        CompletionStage<Connection<Transport>> connecting = loop.call(() -> {
            try (ServerSocketChannel listener = ServerSocketChannel.open(family())) {
                listener.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
                listener.bind(freeAddress());
                CompletionStage<Connection<Transport>> stage =
                        connect(loop, listener.getLocalAddress(), factory, options);
                SocketPeer peer = peer(listener.accept());
                Hook.call(early, peer);
                return stage;
            }
        });
        Connection<Transport> connection = loop.join(connecting, "a connection");
        loop.settle();
        return new Link(connection.transport(), lastPeer());
    }

    /** Starts to connect; to be called on the loop. */
    public final CompletionStage<Connection<Transport>> connect(
            LoopThread loop, SocketAddress to, Supplier<? extends BaseProtocol> factory, Map<String, String> options) {
        return provider()
                .connect(new ConnectRequest(
                        loop.loop(), endpoint(to), ConnectOptions.DEFAULTS.with(options), factory, false, log));
    }

    @Override
    public void openPair(LoopThread loop, BaseProtocol server, BaseProtocol client) {
        Server listening = listen(loop, Map.of(), on -> server);
        loop.await(() -> connect(loop, address(listening), () -> client, Map.of()));
        log.awaitOpened();
        log.awaitOpened();
        loop.settle();
    }

    @Override
    public void connectToNobody(LoopThread loop, Supplier<BaseProtocol> factory) {
        SocketAddress nobody;
        try (ServerSocketChannel listener = ServerSocketChannel.open(family())) {
            listener.bind(freeAddress());
            nobody = listener.getLocalAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        loop.await(() -> connect(loop, nobody, factory, Map.of()));
    }

    @Override
    public Adopted adopt(LoopThread loop, BaseProtocol protocol) {
        SocketChannel channel;
        try (ServerSocketChannel listener = ServerSocketChannel.open(family())) {
            listener.bind(freeAddress());
            channel = SocketChannel.open(listener.getLocalAddress());
            peer(listener.accept());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Connection<Transport> connection = loop.await(() -> provider()
                .connect(new ConnectRequest(
                        loop.loop(),
                        endpoint(freeAddress()),
                        ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, channel),
                        () -> protocol,
                        false,
                        log)));
        return new Adopted(connection.transport(), channel, lastPeer());
    }

    @Override
    public Peer lastPeer() {
        return Objects.requireNonNull(lastPeer, "no connection was opened yet");
    }

    private SocketPeer peer(SocketChannel channel) throws IOException {
        SocketPeer peer = new SocketPeer(channel);
        open.push(peer);
        lastPeer = peer;
        return peer;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            Hook.call(AutoCloseable::close, open.pop());
        }
    }

    private record Alone(IoLoop loop) implements LoopGroup {

        @Override
        public List<IoLoop> loops() {
            return List.of(loop);
        }

        @Override
        public IoLoop next() {
            return loop;
        }
    }
}
