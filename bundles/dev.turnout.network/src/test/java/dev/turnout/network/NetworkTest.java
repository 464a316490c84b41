// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.turnout.api.error.ConnectionRefusedException;
import dev.turnout.api.error.MultipleCausesException;
import dev.turnout.api.loop.Datagram;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Cipher;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTest {

    private final TestNetwork net = new TestNetwork(2);
    private final Network network = net.network();

    @AfterEach
    void close() {
        net.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    @Spec({"EX-1", "EX-2", "EX-3"})
    void echoesThenClosesAndTheClientSeesBoth() {
        Server server = net.listen(
                () -> {
                    RecordingProtocol echo = new RecordingProtocol();
                    return echo.onData(data -> {
                        echo.transport().write(data);
                        echo.transport().close();
                    });
                },
                ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(bytes("hello")));

        net.connect(() -> client, server);

        client.awaitLost();
        assertEquals(
                List.of("connectionMade", "dataReceived \"hello\"", "eofReceived", "connectionLost null"),
                client.trace());
        assertEquals(List.of(), client.violations());
    }

    @Test
    @Spec({"EX-3", "CONN-18", "JAVA-12"})
    void failsToConnectWhereNobodyListensAndCallsNoProtocol() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        AtomicInteger made = new AtomicInteger();

        assertThrows(
                ConnectionRefusedException.class,
                () -> get(network.createConnection(
                        () -> {
                            made.incrementAndGet();
                            return new Echo();
                        },
                        "127.0.0.1",
                        port,
                        ConnectOptions.DEFAULTS)));

        assertEquals(0, made.get());
    }

    @Test
    @Spec({"CONN-9", "JAVA-15"})
    void failsWithEveryCauseIfAskedTo() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }

        MultipleCausesException failure = assertThrows(
                MultipleCausesException.class,
                () -> get(network.createConnection(
                        Echo::new, "127.0.0.1", port, ConnectOptions.DEFAULTS.with(ConnectOptions.ALL_ERRORS, true))));

        assertEquals(1, failure.getSuppressed().length);
        assertTrue(failure.getSuppressed()[0] instanceof ConnectionRefusedException);
    }

    @Test
    @Spec({"EX-6", "CONN-5", "CONN-4"})
    void servesOneEndOfASocketPair() throws Exception {
        for (boolean unix : new boolean[] {false, true}) {
            try (SocketPair pair = unix ? SocketPair.unix() : SocketPair.tcp()) {
                RecordingProtocol protocol = new RecordingProtocol();
                protocol.onData(data -> protocol.transport().close());

                get(network.createConnection(
                        () -> protocol, null, -1, ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, pair.one)));
                pair.other.write(ByteBuffer.wrap(bytes("abc")));

                protocol.awaitLost();
                assertEquals(
                        List.of("connectionMade", "dataReceived \"abc\"", "connectionLost null"), protocol.trace());
            }
        }
    }

    @Test
    @Spec("CONN-26")
    void servesAChannelAcceptedElsewhere() throws Exception {
        try (SocketPair pair = SocketPair.tcp()) {
            get(network.connectAcceptedSocket(Echo::new, pair.other, ConnectOptions.DEFAULTS));

            pair.one.write(ByteBuffer.wrap(bytes("hi")));

            ByteBuffer answer = ByteBuffer.allocate(2);
            while (answer.hasRemaining() && pair.one.read(answer) >= 0) {
                assertTrue(answer.position() <= 2);
            }
            assertArrayEquals(bytes("hi"), answer.array());
        }
    }

    @Test
    @Spec({"LOOP-40", "LOOP-41", "CONN-1"})
    void yieldsTransportAndProtocolOfTheFactory() {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
        RecordingProtocol protocol = new RecordingProtocol();

        Connection<Transport> connection = net.connect(() -> protocol, server);

        assertSame(protocol, connection.protocol());
        assertSame(protocol.transport(), connection.transport());
        assertEquals(0, connection.transport().getClass().getConstructors().length, "made by operations only");
    }

    @Test
    @Spec({"LOOP-42", "JAVA-8"})
    void completesOnTheLoopAfterConnectionMade() {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
        List<String> order = new ArrayList<>();
        int port = TestNetwork.port(server);
        RecordingProtocol protocol = new RecordingProtocol().onMade(transport -> order.add("made"));

        boolean onItsLoop = get(on(
                net.loop(),
                () -> network.createConnection(() -> protocol, "127.0.0.1", port, ConnectOptions.DEFAULTS)
                        .thenApply(connection -> {
                            order.add("pair");
                            return connection.transport().loop().inLoop();
                        })));

        assertTrue(onItsLoop);
        assertEquals(List.of("made", "pair"), order);
    }

    @Test
    @Spec({"LOOP-43", "JAVA-8"})
    void cancelsAConnectUnderWay() throws Exception {
        // a queue of one that is full: further connects hang
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            List<SocketChannel> fillers = new ArrayList<>();
            try {
                CompletableFuture<Connection<Transport>> connecting = null;
                AtomicInteger made = new AtomicInteger();
                while (connecting == null || connecting.isDone()) {
                    SocketChannel filler = SocketChannel.open();
                    filler.configureBlocking(false);
                    filler.connect(server.getLocalAddress());
                    fillers.add(filler);
                    if (fillers.size() >= 3) {
                        connecting = network.createConnection(
                                        () -> {
                                            made.incrementAndGet();
                                            return new Echo();
                                        },
                                        "127.0.0.1",
                                        port,
                                        ConnectOptions.DEFAULTS)
                                .toCompletableFuture();
                    }
                    assertTrue(fillers.size() < 20, "connects do not hang");
                }
                long before = openFiles();
                CompletableFuture<Connection<Transport>> pending = connecting;
                int madeBefore = made.get();

                boolean cancelled = pending.cancel(false);

                assertTrue(cancelled);
                assertThrows(CancellationException.class, () -> pending.getNow(null));
                for (var loop : net.loops.loops()) {
                    on(loop, () -> true);
                }
                assertTrue(openFiles() <= before, "the half-made connection is closed");
                assertEquals(madeBefore, made.get());
            } finally {
                for (SocketChannel filler : fillers) {
                    filler.close();
                }
            }
        }
    }

    private static long openFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    @Test
    @Spec({"LOOP-43", "LOOP-44"})
    void closesAHandedInChannelWhenCancelledBeforeItBegan() throws Exception {
        try (SocketPair pair = SocketPair.tcp()) {
            AtomicBoolean made = new AtomicBoolean();
            ConnectOptions options =
                    ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, pair.one).with(ConnectOptions.LOOP, net.loop());
            CountDownLatch release = TestNetwork.block(net.loop());
            CompletableFuture<?> pending = network.createConnection(
                            () -> {
                                made.set(true);
                                return new Echo();
                            },
                            null,
                            -1,
                            options)
                    .toCompletableFuture();

            pending.cancel(false);
            release.countDown();

            TestNetwork.until("the channel is closed", () -> !pair.one.isOpen());
            assertFalse(made.get());
            // the number may belong to another connection now: closing again touches nothing
            Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
            Connection<Transport> next = net.connect(RecordingProtocol::new, server);
            pair.one.close();
            assertFalse(on(
                    (dev.turnout.api.loop.io.IoLoop) next.transport().loop(),
                    () -> next.transport().isClosing()));
        }
    }

    @Test
    void closesAServerWhoseOpeningWasCancelled() throws Exception {
        CountDownLatch one = TestNetwork.block(net.loops.loops().get(0));
        CountDownLatch two = TestNetwork.block(net.loops.loops().get(1));
        CompletableFuture<Server> pending = network.createServer(
                        Echo::new, Endpoint.parse("tcp://127.0.0.1:0"), ServerOptions.DEFAULTS)
                .toCompletableFuture();

        pending.cancel(false);
        one.countDown();
        two.countDown();

        assertEquals(0, net.snapshot().servers.length);
    }

    @Test
    @Spec("UNIX-4")
    void takesAUnixPathAsTextAndAsPath(@TempDir Path folder) {
        Path path = folder.resolve("a");
        Server byPath = get(network.createUnixServer(Echo::new, path, ServerOptions.DEFAULTS));
        RecordingProtocol one = new RecordingProtocol().onMade(transport -> transport.write(bytes("x")));
        RecordingProtocol two = new RecordingProtocol().onMade(transport -> transport.write(bytes("y")));

        get(network.createUnixConnection(() -> one, path, ConnectOptions.DEFAULTS));
        get(network.createConnection(() -> two, Endpoint.parse("unix:" + path), ConnectOptions.DEFAULTS));

        assertEquals("x", one.awaitReceived(1).text());
        assertEquals("y", two.awaitReceived(1).text());
        assertTrue(byPath.endpoint().path().endsWith("/a"));
        assertTrue(Files.exists(path));
    }

    @Test
    @Spec({"SERVER-1", "SERVER-3"})
    void listensOnAllInterfacesWithoutHosts() {
        for (List<String> hosts : Arrays.asList(null, List.<String>of(), List.of(""))) {
            AtomicInteger made = new AtomicInteger();
            Server server = get(network.createServer(
                    () -> {
                        made.incrementAndGet();
                        return new Echo();
                    },
                    hosts,
                    0,
                    ServerOptions.DEFAULTS));
            RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(bytes("a")));

            net.connect(() -> client, server);

            client.awaitReceived(1);
            assertEquals(1, made.get());
        }
    }

    @Test
    void mergesTheOptionsOfAnEndpoint() {
        Server server = get(network.createServer(
                Echo::new, Endpoint.parse("tcp://127.0.0.1:0?max.connections.per.address=1"), ServerOptions.DEFAULTS));
        RecordingProtocol first = new RecordingProtocol().onMade(transport -> transport.write(bytes("a")));
        RecordingProtocol second = new RecordingProtocol();

        net.connect(() -> first, server);
        first.awaitReceived(1);
        net.connect(() -> second, server);

        second.awaitLost();
        assertFalse(first.isLost());
    }

    @Test
    @Spec({"SWITCH-57", "JAVA-11"})
    void namesSchemePresentOnesAndFeatureIfATransportIsMissing() {
        Throwable failure = assertThrows(
                UnsupportedOperationException.class,
                () -> get(network.createConnection(
                        Echo::new, Endpoint.parse("udp://127.0.0.1:53"), ConnectOptions.DEFAULTS)));

        assertEquals(
                "cannot connect to udp://127.0.0.1:53: no transport has scheme \"udp\"; present: tcp, unix;"
                        + " install feature turnout-udp",
                failure.getMessage());
        assertThrows(
                UnsupportedOperationException.class,
                () -> get(network.createServer(Echo::new, Endpoint.parse("vsock://3:1024"), ServerOptions.DEFAULTS)));
        assertThrows(
                UnsupportedOperationException.class,
                () -> get(network.subprocessShell(Echo::new, "true", dev.turnout.api.network.ProcessOptions.DEFAULTS)));
    }

    @Test
    void namesTheFilterPresentOnesAndFeatureIfItIsMissing() {
        Throwable failure = assertThrows(
                UnsupportedOperationException.class,
                () -> get(network.createConnection(
                        Echo::new, Endpoint.parse("tls+tcp://127.0.0.1:443"), ConnectOptions.DEFAULTS)));

        assertEquals(
                "cannot connect to tls+tcp://127.0.0.1:443: no filter has the name \"tls\"; present: none;"
                        + " install feature turnout-tls",
                failure.getMessage());
    }

    @Test
    @Spec("EXTRA-18")
    void numbersConnectionsAndNeverFailsForUnknownInformation() {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
        Transport one = net.connect(RecordingProtocol::new, server).transport();
        Transport two = net.connect(RecordingProtocol::new, server).transport();

        long first = info(one, ExtraInfo.CONNECTION_ID);
        long second = info(two, ExtraInfo.CONNECTION_ID);

        assertNotEquals(first, second);
        assertNull(info(one, ExtraInfo.ALPN));
        assertNull(info(one, ExtraInfo.SNI));
        assertNull(info(one, ExtraInfo.BUNDLE), "the test's protocol comes from no bundle");
        assertNull(info(one, new ExtraInfo<>("nobody knows", Object.class)));
    }

    @Test
    @Spec("EXTRA-18")
    void namesTheBundleOfTheProtocol() throws Exception {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
        BaseProtocol foreign = (BaseProtocol) new BundleLoader("com.example.chat", "1.2.3")
                .load(RecordingProtocol.class)
                .getConstructor()
                .newInstance();

        Transport transport = net.connect(() -> foreign, server).transport();

        assertEquals("com.example.chat 1.2.3", info(transport, ExtraInfo.BUNDLE));
    }

    private static <T> T info(BaseTransport transport, ExtraInfo<T> key) {
        return on(
                (dev.turnout.api.loop.io.IoLoop) transport.loop(),
                () -> transport.getExtraInfo(key).orElse(null));
    }

    @Test
    void appliesOptionsOfConnections() {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
        ConnectOptions options = ConnectOptions.DEFAULTS.with(StreamOptions.WRITE_HIGH, 4096L);

        Transport transport = get(network.createConnection(
                        RecordingProtocol::new, "127.0.0.1", TestNetwork.port(server), options))
                .transport();

        WaterMarks marks =
                on((dev.turnout.api.loop.io.IoLoop) transport.loop(), () -> transport.getWriteBufferLimits());
        assertEquals(new WaterMarks(1024, 4096), marks);
    }

    @Test
    void choosesTheLoopThatIsAskedFor() {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);

        for (var loop : net.loops.loops()) {
            Transport transport = get(network.createConnection(
                            RecordingProtocol::new,
                            "127.0.0.1",
                            TestNetwork.port(server),
                            ConnectOptions.DEFAULTS.with(ConnectOptions.LOOP, loop)))
                    .transport();
            assertSame(loop, transport.loop());
        }
    }

    @Test
    @Spec("JAVA-1")
    void keepsTheNamesOfAsyncio() {
        assertTrue(names(Network.class)
                .containsAll(Set.of(
                        "createConnection",
                        "createUnixConnection",
                        "connectAcceptedSocket",
                        "createServer",
                        "createUnixServer",
                        "createDatagramEndpoint",
                        "connectReadPipe",
                        "connectWritePipe",
                        "subprocessExec",
                        "subprocessShell",
                        "startTls",
                        "sendfile")));
        assertEquals(
                Set.of("connectionMade", "connectionLost", "pauseWriting", "resumeWriting"), names(BaseProtocol.class));
        assertEquals(Set.of("dataReceived", "eofReceived"), names(Protocol.class));
        assertEquals(Set.of("getBuffer", "bufferUpdated", "eofReceived"), names(BufferedProtocol.class));
        assertEquals(Set.of("datagramReceived", "errorReceived"), names(DatagramProtocol.class));
        assertEquals(
                Set.of("pipeDataReceived", "pipeConnectionLost", "processExited"), names(SubprocessProtocol.class));
        for (Class<?> type : List.of(
                BaseProtocol.class,
                Protocol.class,
                BufferedProtocol.class,
                DatagramProtocol.class,
                SubprocessProtocol.class,
                BaseTransport.class,
                ReadTransport.class,
                WriteTransport.class,
                Transport.class,
                DatagramTransport.class,
                SubprocessTransport.class)) {
            assertTrue(type.isInterface(), type.getName());
        }
    }

    private static Set<String> names(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @Spec("JAVA-6")
    void makesRecordsOfPairsAndTriples() {
        assertEquals(List.of("transport", "protocol"), components(Connection.class));
        assertEquals(List.of("low", "high"), components(WaterMarks.class));
        assertEquals(List.of("name", "protocol", "bits"), components(Cipher.class));
        assertEquals(List.of("data", "sender"), components(Datagram.class));
    }

    private static List<String> components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    @Test
    void endsServersThenConnectionsWhenItCloses() {
        Echo.Counters counters = new Echo.Counters();
        Server server = net.listen(() -> new Echo(counters), ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol();
        net.connect(() -> client, server);
        int port = TestNetwork.port(server);

        net.networks.close();

        client.awaitLost();
        TestNetwork.until("both ends are told", () -> counters.lost.get() == counters.made.get());
        assertThrows(
                IllegalStateException.class,
                () -> network.createConnection(Echo::new, "127.0.0.1", port, ConnectOptions.DEFAULTS));
        assertEquals(0, net.snapshot().connections.length);
    }
}
