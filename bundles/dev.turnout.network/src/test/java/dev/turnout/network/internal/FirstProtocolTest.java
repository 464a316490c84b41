// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.network.ShiftFilter;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.pipe.PipeProvider;
import dev.turnout.transport.process.ProcessProvider;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.udp.UdpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol that a connection has begun with is forgotten when another one is in charge, however long the connection lasts. */
@Spec("SWITCH-37")
class FirstProtocolTest {

    private static class First implements BaseProtocol {

        private final CompletableFuture<BaseTransport> made;

        First(CompletableFuture<BaseTransport> made) {
            this.made = made;
        }

        @Override
        public void connectionMade(BaseTransport transport) {
            made.complete(transport);
        }
    }

    private static final class FirstOfStream extends First implements Protocol {
        FirstOfStream(CompletableFuture<BaseTransport> made) {
            super(made);
        }
    }

    private static final class FirstOfDatagrams extends First implements DatagramProtocol {
        FirstOfDatagrams(CompletableFuture<BaseTransport> made) {
            super(made);
        }
    }

    private static final class FirstOfChild extends First implements SubprocessProtocol {
        FirstOfChild(CompletableFuture<BaseTransport> made) {
            super(made);
        }
    }

    private final Loops loops = new Loops(1, "first", SelectorProvider.provider());
    private final Core core = new Core(loops);
    private final ProcessProvider processes = new ProcessProvider();
    private final BoundNetwork network = new BoundNetwork(core, "me");

    FirstProtocolTest() {
        core.addTransport("tcp", new TcpProvider(), Map.of());
        core.addTransport("unix", new UnixProvider(), Map.of());
        core.addTransport("udp", new UdpProvider(), Map.of());
        core.addTransport("pipe", new PipeProvider(), Map.of());
        core.addTransport("process", processes, Map.of());
        core.addFilter("shift", new ShiftFilter.Provider("shift"), Map.of());
        core.addFilter("tls", new ShiftFilter.Provider("tls"), Map.of());
    }

    @AfterEach
    void end() {
        core.close();
        processes.close();
        loops.close();
    }

    private IoLoop loop() {
        return loops.loops().get(0);
    }

    /** Opens something by a protocol that is exchanged as soon as it begins; whoever opened it keeps nothing but its transport. */
    private void assertForgotten(
            Function<CompletableFuture<BaseTransport>, BaseProtocol> protocols,
            Function<Supplier<BaseProtocol>, CompletionStage<?>> opening,
            BaseProtocol next) {
        CompletableFuture<BaseTransport> made = new CompletableFuture<>();
        WeakReference<BaseProtocol> first = open(protocols, opening, made);
        assertForgotten(first, get(made), next);
    }

    private void assertForgotten(WeakReference<BaseProtocol> first, BaseTransport transport, BaseProtocol next) {
        on(loop(), () -> {
            transport.setProtocol(next);
            return true;
        });

        until("the first protocol is collected", () -> {
            System.gc();
            return first.get() == null;
        });
        on(loop(), () -> {
            assertFalse(transport.isClosing());
            assertSame(next, transport.getProtocol());
            return true;
        });
    }

    private static WeakReference<BaseProtocol> open(
            Function<CompletableFuture<BaseTransport>, BaseProtocol> protocols,
            Function<Supplier<BaseProtocol>, CompletionStage<?>> opening,
            CompletableFuture<BaseTransport> made) {
        CompletableFuture<WeakReference<BaseProtocol>> first = new CompletableFuture<>();
        get(opening.apply(() -> {
            BaseProtocol protocol = protocols.apply(made);
            first.complete(new WeakReference<>(protocol));
            return protocol;
        }));
        get(made);
        return get(first);
    }

    private Server listen(Endpoint endpoint, Supplier<BaseProtocol> factory) {
        return get(network.createServer(factory, endpoint, ServerOptions.DEFAULTS));
    }

    private CompletionStage<?> connect(String scheme, Server server, Supplier<BaseProtocol> factory) {
        return network.createConnection(
                factory, Endpoint.parse(scheme + "://127.0.0.1:" + TestNetwork.port(server)), ConnectOptions.DEFAULTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "shift+tcp", "tls+shift+tcp"})
    void ofAConnectionThatWasAccepted(String scheme) {
        assertForgotten(
                FirstOfStream::new,
                factory -> connect(
                        scheme, listen(Endpoint.parse(scheme + "://127.0.0.1:0"), factory), () -> new Protocol() {}),
                new Protocol() {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "shift+tcp", "tls+shift+tcp"})
    void ofAConnectionThatWasMade(String scheme) {
        Server server = listen(Endpoint.parse(scheme + "://127.0.0.1:0"), () -> new Protocol() {});

        assertForgotten(FirstOfStream::new, factory -> connect(scheme, server, factory), new Protocol() {});
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAConnectionThatWasUpgraded(boolean isServer) {
        CompletableFuture<BaseTransport> accepted = new CompletableFuture<>();
        CompletableFuture<BaseTransport> made = new CompletableFuture<>();
        Server server = listen(Endpoint.parse("tcp://127.0.0.1:0"), () -> new Plain(accepted));
        get(connect("tcp", server, () -> new Plain(made)));
        upgrade(get(isServer ? made : accepted), !isServer, new CompletableFuture<>());
        CompletableFuture<Transport> upgraded = new CompletableFuture<>();

        WeakReference<BaseProtocol> first = upgrade(get(isServer ? accepted : made), isServer, upgraded);

        assertForgotten(first, get(upgraded), new Protocol() {});
    }

    /** Reads nothing before the upgrade. */
    private static final class Plain extends First implements Protocol {
        Plain(CompletableFuture<BaseTransport> made) {
            super(made);
        }

        @Override
        public void connectionMade(BaseTransport transport) {
            ((Transport) transport).pauseReading();
            super.connectionMade(transport);
        }
    }

    private WeakReference<BaseProtocol> upgrade(
            BaseTransport plain, boolean isServer, CompletableFuture<Transport> upgraded) {
        return on(loop(), () -> {
            BaseProtocol protocol = new Protocol() {};
            TlsOptions options = TlsOptions.DEFAULTS.with(TlsOptions.SERVER_HOSTNAME, "");
            network.startTls((Transport) plain, protocol, options, isServer, new byte[0])
                    .thenAccept(upgraded::complete);
            return new WeakReference<>(protocol);
        });
    }

    @Test
    void ofAUnixConnection(@TempDir Path folder) {
        Path socket = folder.resolve("s");

        assertForgotten(
                FirstOfStream::new,
                factory -> {
                    get(network.createUnixServer(factory, socket, ServerOptions.DEFAULTS));
                    return network.createUnixConnection(() -> new Protocol() {}, socket, ConnectOptions.DEFAULTS);
                },
                new Protocol() {});
    }

    @Test
    void ofAUnixConnectionThatWasMade(@TempDir Path folder) {
        Path socket = folder.resolve("s");
        get(network.createUnixServer(() -> new Protocol() {}, socket, ServerOptions.DEFAULTS));

        assertForgotten(
                FirstOfStream::new,
                factory -> network.createUnixConnection(factory, socket, ConnectOptions.DEFAULTS),
                new Protocol() {});
    }

    @Test
    void ofAnEndpointOfDatagrams() {
        assertForgotten(
                FirstOfDatagrams::new,
                factory -> network.createDatagramEndpoint(
                        factory,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        null,
                        DatagramOptions.DEFAULTS),
                new DatagramProtocol() {});
    }

    @Test
    void ofTheEndsOfAPipe() throws Exception {
        Pipe pipe = Pipe.open();

        assertForgotten(
                FirstOfStream::new, factory -> network.connectReadPipe(factory, pipe.source()), new Protocol() {});
        assertForgotten(
                FirstOfStream::new, factory -> network.connectWritePipe(factory, pipe.sink()), new Protocol() {});
    }

    @Test
    void ofAChildProcess() {
        assertForgotten(
                FirstOfChild::new,
                factory -> network.subprocessExec(factory, List.of("/bin/cat"), ProcessOptions.DEFAULTS),
                new SubprocessProtocol() {});
    }
}
