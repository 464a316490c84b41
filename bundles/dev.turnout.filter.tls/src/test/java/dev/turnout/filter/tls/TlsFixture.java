// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.core.EventLoops;
import dev.turnout.network.Networks;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.Link;
import dev.turnout.testkit.contract.Peer;
import dev.turnout.testkit.contract.StreamFixture;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** Opens TLS connections through a real network, over TCP or unix sockets, with a peer that is the JDK's engine. */
final class TlsFixture implements StreamFixture {

    private static final int SMALL_BUFFER = 32 * 1024;
    private static final Duration TICK = Duration.ofMillis(2);

    private final Side side;
    private final boolean unix;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Capturing filter = new Capturing(new TlsFilterProvider());
    private Networks networks;
    private Path folder;
    private int count;
    private TlsPeer lastPeer;

    TlsFixture(Side side, boolean unix) {
        this.side = side;
        this.unix = unix;
    }

    /** Hands on what the filter under test makes, and keeps its transports for the test. */
    private static final class Capturing implements FilterProvider {

        private final FilterProvider under;
        private final BlockingQueue<Transport> made = new LinkedBlockingQueue<>();

        Capturing(FilterProvider under) {
            this.under = under;
        }

        @Override
        public String name() {
            return under.name();
        }

        @Override
        public Filter wrap(IoLoop loop, BaseProtocol upper, Side on, TlsOptions tls, Map<String, String> options) {
            Filter filter = under.wrap(loop, upper, on, tls, options);
            filter.established().thenAccept(made::add);
            return filter;
        }

        Transport await() {
            try {
                return Objects.requireNonNull(
                        made.poll(LoopThread.DEADLINE.toMillis(), TimeUnit.MILLISECONDS), "a TLS connection");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public boolean has(Capability capability) {
        return capability == Capability.SOCKET_OPTIONS || capability == Capability.HANDOVER;
    }

    @Override
    public WaterMarks defaultMarks() {
        return new WaterMarks(128 * 1024, 512 * 1024);
    }

    @Override
    public IoLoop newLoop(String name) {
        IoLoop loop = EventLoops.newEventLoop(name);
        TransportProvider transport = unix ? new UnixProvider() : new TcpProvider();
        networks = Networks.of(new Alone(loop), List.of(transport)).with(filter);
        return loop;
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

    private SocketAddress freeAddress() throws IOException {
        if (!unix) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        }
        if (folder == null) {
            folder = Files.createTempDirectory("uds");
        }
        return UnixDomainSocketAddress.of(folder.resolve("s" + count++));
    }

    private Endpoint endpoint(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? Endpoint.of("tcp", inet.getAddress().getHostAddress(), inet.getPort())
                : Endpoint.of(
                        "unix", ((UnixDomainSocketAddress) address).getPath().toString());
    }

    private StandardProtocolFamily family() {
        return unix ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET;
    }

    private static TlsOptions clientTls() {
        return TlsOptions.DEFAULTS
                .with(TlsOptions.CONTEXT, Keys.trustingOnly(Keys.SERVER))
                .with(TlsOptions.SERVER_HOSTNAME, "localhost");
    }

    private static TlsOptions serverTls() {
        return TlsOptions.DEFAULTS.with(TlsOptions.CONTEXT, Keys.SERVER.trusting(Keys.CLIENT));
    }

    @Override
    public Link open(LoopThread loop, BaseProtocol protocol, Map<String, String> options, Hook<Peer> early) {
        AtomicReference<BaseProtocol> only = new AtomicReference<>(protocol); // nobody here shall keep it
        Supplier<BaseProtocol> factory = () -> Objects.requireNonNull(only.getAndSet(null));
        return side == Side.CLIENT ? connect(loop, factory, options, early) : accept(loop, factory, options, early);
    }

    private Link accept(
            LoopThread loop, Supplier<BaseProtocol> factory, Map<String, String> options, Hook<Peer> early) {
        Server server = listen(loop, factory, options);
        SocketAddress address = loop.call(() -> server.sockets().get(0).getsockname());
        try {
            SocketChannel channel = SocketChannel.open(family());
            channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
            channel.connect(address);
            SSLEngine engine = Keys.trustingOnly(Keys.SERVER).createSSLEngine();
            engine.setUseClientMode(true);
            choose(engine);
            TlsPeer peer = peer(channel, engine).handshake();
            Transport transport = filter.await();
            Hook.call(early, peer);
            tick(loop.loop(), transport, peer);
            loop.settle();
            return new Link(transport, peer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Server listen(LoopThread loop, Supplier<BaseProtocol> factory, Map<String, String> options) {
        Server server = loop.await(() -> networks.network()
                .createServer(
                        factory,
                        endpoint(freeAddress()),
                        ServerOptions.DEFAULTS.with(options).with(ServerOptions.TLS, serverTls())));
        open.push(() -> {
            if (!loop.loop().isClosed()) {
                loop.run(on -> server.close());
            }
        });
        return server;
    }

    @Override
    public Link connect(LoopThread loop, Supplier<BaseProtocol> factory) {
        return connect(loop, factory, Map.of(), peer -> {});
    }

    private Link connect(
            LoopThread loop, Supplier<BaseProtocol> factory, Map<String, String> options, Hook<Peer> early) {
        try (ServerSocketChannel listener = ServerSocketChannel.open(family())) {
            listener.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
            listener.bind(freeAddress());
            CompletionStage<Connection<Transport>> stage =
                    loop.call(() -> connect(listener.getLocalAddress(), factory, options));
            SSLEngine engine = Keys.SERVER.trusting(Keys.CLIENT).createSSLEngine();
            engine.setUseClientMode(false);
            choose(engine);
            TlsPeer peer = peer(listener.accept(), engine);
            try {
                peer.handshake();
                Hook.call(early, peer);
            } catch (IOException e) {
                loop.join(stage, "a connection"); // which says why, unless it is the transport that has ended already
            }
            Connection<Transport> connection = loop.join(stage, "a connection");
            tick(loop.loop(), connection.transport(), peer);
            loop.settle();
            return new Link(connection.transport(), peer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletionStage<Connection<Transport>> connect(
            SocketAddress to, Supplier<BaseProtocol> factory, Map<String, String> options) {
        return networks.network()
                .createConnection(
                        factory,
                        endpoint(to),
                        ConnectOptions.DEFAULTS.with(options).with(ConnectOptions.TLS, clientTls()));
    }

    /** Has both versions of TLS tested. */
    private void choose(SSLEngine engine) {
        engine.setEnabledProtocols(new String[] {unix ? "TLSv1.2" : "TLSv1.3"});
    }

    private TlsPeer peer(SocketChannel channel, SSLEngine engine) throws IOException {
        TlsPeer peer = new TlsPeer(channel, engine);
        open.push(peer);
        lastPeer = peer;
        return peer;
    }

    /** Lets the peer do its duty as long as the transport lives. */
    private static void tick(IoLoop loop, Transport transport, TlsPeer peer) {
        loop.callSoonThreadsafe(new Runnable() {
            @Override
            public void run() {
                peer.tick(transport.isClosing());
                if (transport.getProtocol() != null) {
                    loop.callLater(TICK, this);
                }
            }
        });
    }

    @Override
    public void openPair(LoopThread loop, BaseProtocol server, BaseProtocol client) {
        Server listening = listen(loop, () -> server, Map.of());
        SocketAddress address = loop.call(() -> listening.sockets().get(0).getsockname());
        loop.await(() -> connect(address, () -> client, Map.of()));
        filter.await();
        filter.await();
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
        loop.await(() -> connect(nobody, factory, Map.of()));
    }

    @Override
    public Peer lastPeer() {
        return lastPeer;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            Hook.call(AutoCloseable::close, open.pop());
        }
        if (folder != null) {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
                Files.delete(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
