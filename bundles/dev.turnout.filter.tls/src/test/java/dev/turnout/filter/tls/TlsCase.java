// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.network.Networks;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.Recorder;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.transport.pipe.PipeProvider;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Is the common ground of tests over real sockets: a loop, a network with TCP, pipes and TLS, and peers that do only what they are told. */
abstract class TlsCase {

    static final int MUCH = 3 << 20;
    static final String HOST = "127.0.0.1";

    final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Recorder<?, ?>> recorders = new ArrayList<>();
    LoopThread loop;
    Networks networks;

    @BeforeEach
    final void startLoop() {
        IoLoop on = EventLoops.newEventLoop("tls");
        networks = Networks.of(new Alone(on), List.of(new TcpProvider(), new PipeProvider()))
                .with(filter());
        loop = new LoopThread(on);
    }

    TlsFilterProvider filter() {
        return new TlsFilterProvider();
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

    @AfterEach
    final void endLoop() {
        try {
            loop.settle();
            for (Recorder<?, ?> recorder : recorders) {
                assertEquals(List.of(), recorder.violations(), recorder::toString);
            }
            assertEquals(List.of(), loop.reports(), "reports that the test did not take");
        } finally {
            while (!open.isEmpty()) {
                Hook.call(AutoCloseable::close, open.pop());
            }
            for (Recorder<?, ?> recorder : recorders) {
                if (recorder.isMade() && recorder.transport() instanceof Transport transport) {
                    loop.run(on -> transport.abort());
                }
            }
            networks.close();
            loop.close();
        }
    }

    final RecordingProtocol recorder() {
        return watch(new RecordingProtocol());
    }

    final RecordingBufferedProtocol buffered(ByteBuffer buffer) {
        return watch(new RecordingBufferedProtocol(buffer));
    }

    final <R extends Recorder<?, ?>> R watch(R recorder) {
        recorders.add(recorder);
        return recorder;
    }

    // --- options

    static TlsOptions server() {
        return TlsOptions.DEFAULTS.with(TlsOptions.CONTEXT, Keys.SERVER.trusting(Keys.CLIENT));
    }

    static TlsOptions client() {
        return TlsOptions.DEFAULTS
                .with(TlsOptions.CONTEXT, Keys.trustingOnly(Keys.SERVER))
                .with(TlsOptions.SERVER_HOSTNAME, "localhost");
    }

    // --- our side

    final InetSocketAddress listen(TlsOptions tls, Supplier<? extends BaseProtocol> factory) {
        return address(server(tls, factory));
    }

    final Server server(TlsOptions tls, Supplier<? extends BaseProtocol> factory) {
        return loop.await(() -> networks.network()
                .createServer(factory, List.of(HOST), 0, ServerOptions.DEFAULTS.with(ServerOptions.TLS, tls)));
    }

    final InetSocketAddress address(Server server) {
        return loop.call(() -> (InetSocketAddress) server.sockets().get(0).getsockname());
    }

    final CompletionStage<Connection<Transport>> connecting(
            InetSocketAddress to, TlsOptions tls, Supplier<? extends BaseProtocol> factory) {
        return connecting(
                to,
                ConnectOptions.DEFAULTS.with(Map.of("send.buffer", "32KiB", "receive.buffer", "32KiB")),
                tls,
                factory);
    }

    final CompletionStage<Connection<Transport>> connecting(
            InetSocketAddress to, ConnectOptions options, TlsOptions tls, Supplier<? extends BaseProtocol> factory) {
        return loop.call(() -> networks.network()
                .createConnection(factory, HOST, to.getPort(), options.with(ConnectOptions.TLS, tls)));
    }

    /** Waits for the failure of an operation. */
    final <T extends Throwable> T failure(Class<T> kind, CompletionStage<?> stage) {
        return assertThrows(kind, () -> loop.join(stage, "a failure"));
    }

    final long failedHandshakes() {
        List<ServerDTO> servers = List.of(loop.join(networks.runtime().snapshot(), "a snapshot").servers);
        return servers.stream().mapToLong(server -> server.failedHandshakes).sum();
    }

    // --- the other side

    /** Listens without TLS. */
    final ServerSocketChannel listener() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        open.push(listener);
        listener.setOption(StandardSocketOptions.SO_RCVBUF, 32 * 1024);
        return listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    static InetSocketAddress address(ServerSocketChannel listener) throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /** Connects without TLS. */
    final SocketChannel raw(InetSocketAddress to) throws IOException {
        SocketChannel channel = SocketChannel.open();
        open.push(channel);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 32 * 1024);
        channel.connect(to);
        return channel;
    }

    final TlsPeer peer(SocketChannel channel, SSLEngine engine) throws IOException {
        TlsPeer peer = new TlsPeer(channel, engine);
        open.push(peer);
        return peer;
    }

    /** Connects a peer that has not begun to shake hands. */
    final TlsPeer clientPeer(InetSocketAddress to, SSLContext context, String... versions) throws IOException {
        SSLEngine engine = context.createSSLEngine("localhost", to.getPort());
        engine.setUseClientMode(true);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        return peer(raw(to), engine);
    }

    final TlsPeer clientPeer(InetSocketAddress to, String... versions) throws IOException {
        return clientPeer(to, Keys.trustingOnly(Keys.SERVER), versions);
    }

    /** Accepts a peer that has not begun to shake hands. */
    final TlsPeer serverPeer(ServerSocketChannel listener, SSLContext context, String... versions) throws IOException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        SocketChannel accepted = listener.accept();
        accepted.setOption(StandardSocketOptions.SO_SNDBUF, 32 * 1024);
        return peer(accepted, engine);
    }

    final TlsPeer serverPeer(ServerSocketChannel listener, String... versions) throws IOException {
        return serverPeer(listener, Keys.SERVER.trusting(Keys.CLIENT), versions);
    }

    /**
     * Is a client connection of ours to a peer that has shaken hands.
     *
     * @param transport ours
     * @param peer the other side
     */
    record Pair(Transport transport, TlsPeer peer) {}

    /** Opens a client connection. */
    final Pair open(TlsOptions tls, BaseProtocol protocol, String... versions) throws IOException {
        ServerSocketChannel listener = listener();
        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), tls, () -> protocol);
        TlsPeer peer = serverPeer(listener, versions).handshake();
        return new Pair(loop.join(connecting, "a connection").transport(), peer);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        int state = 1;
        for (int i = 0; i < count; i++) {
            state = state * 1103515245 + 12345;
            bytes[i] = (byte) (state >>> 16);
        }
        return bytes;
    }
}
