// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.error.AddressNotAvailableException;
import dev.turnout.api.error.ConnectionRefusedException;
import dev.turnout.api.error.MultipleCausesException;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.nio.Connector;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectTest {

    private static final ConnectOptions PLAIN = ConnectOptions.DEFAULTS;

    private final TcpBench bench = new TcpBench();
    private final RecordingProtocol protocol = new RecordingProtocol();

    @AfterEach
    void close() {
        bench.close();
    }

    private IOException failure(CompletionStage<Connection<Transport>> connecting) {
        return assertThrows(IOException.class, () -> bench.loop.join(connecting, "a failure"));
    }

    private CompletionStage<Connection<Transport>> connectTo(ConnectOptions options, InetSocketAddress... addresses) {
        return bench.connectToOneOf(List.of(addresses), List.of(), options, () -> protocol);
    }

    private void assertAllSocketsClosed() {
        bench.loop.until(
                "all sockets of failed attempts to be closed",
                () -> bench.sockets.opened.stream().noneMatch(SocketChannel::isOpen));
    }

    @Test
    @Spec({"CONN-1", "BASE-25", "BASE-26", "STREAM-4"})
    void yieldsTransportAndProtocolOfANonBlockingSocketWithoutDelay() throws Exception {
        ServerSocketChannel listener = bench.listener();

        Connection<Transport> connection = bench.connect(
                "127.0.0.1", ((InetSocketAddress) listener.getLocalAddress()).getPort(), PLAIN, () -> protocol);

        assertEquals(protocol, connection.protocol());
        assertEquals(protocol.transport(), connection.transport());
        assertEquals(
                listener.getLocalAddress(),
                bench.loop
                        .call(() -> connection.transport().getExtraInfo(ExtraInfo.PEERNAME))
                        .orElseThrow());
        assertTrue(bench.loop.call(() -> connection
                .transport()
                .getExtraInfo(ExtraInfo.SOCKET)
                .orElseThrow()
                .getOption(StandardSocketOptions.TCP_NODELAY)));
    }

    @Test
    void endsAConnectionWhoseProtocolRunsOutOfMemoryAsItBegins() throws Exception {
        ServerSocketChannel listener = bench.listener();
        protocol.onMade(transport -> {
            throw new OutOfMemoryError("none for the test");
        });

        CompletionStage<Connection<Transport>> connecting =
                connectTo(PLAIN, (InetSocketAddress) listener.getLocalAddress());
        assertThrows(OutOfMemoryError.class, () -> bench.loop.join(connecting, "a failure"));
        bench.loop.runAgain();
        protocol.awaitLost();

        assertEquals(protocol.transport(), bench.log.awaitClosed());
        assertAllSocketsClosed();
    }

    @Test
    void leavesNothingOfAConnectionThatCannotBegin() throws Exception {
        ServerSocketChannel listener = bench.listener();
        bench.log.insteadOfNextOpened(transport -> {
            throw new LinkageError("a plugin is gone");
        });

        CompletionStage<Connection<Transport>> connecting =
                connectTo(PLAIN, (InetSocketAddress) listener.getLocalAddress());
        assertThrows(LinkageError.class, () -> bench.loop.join(connecting, "a failure"));
        assertAllSocketsClosed();

        assertEquals(List.of(), protocol.calls());
    }

    @Test
    @Spec("BASE-25")
    void leavesSmallSegmentsTogetherIfAsked() throws Exception {
        ServerSocketChannel listener = bench.listener();

        Connection<Transport> connection = bench.connect(
                "127.0.0.1",
                ((InetSocketAddress) listener.getLocalAddress()).getPort(),
                PLAIN.with(StreamOptions.NO_DELAY, false).with(StreamOptions.KEEP_ALIVE, true),
                () -> protocol);

        var socket = bench.loop
                .call(() -> connection.transport().getExtraInfo(ExtraInfo.SOCKET))
                .orElseThrow();
        assertFalse(socket.getOption(StandardSocketOptions.TCP_NODELAY));
        assertTrue(socket.getOption(StandardSocketOptions.SO_KEEPALIVE));
    }

    @Test
    @Spec("CONN-3")
    void refusesASockThatIsNotConnected() throws Exception {
        SocketChannel loose = bench.closing(SocketChannel.open());

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> bench.connect("", 0, sock(loose), () -> protocol));

        assertTrue(refused.getMessage().contains("connected"), refused.getMessage());
        assertTrue(loose.isOpen());
        assertFalse(protocol.isMade());
    }

    private static ConnectOptions sock(SocketChannel channel) {
        return PLAIN.with(ConnectOptions.SOCK, channel);
    }

    @Test
    @Spec("CONN-4")
    void adoptsAConnectedUnixSocket(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(address);
            SocketChannel own = SocketChannel.open(address);
            SocketChannel peer = bench.closing(listener.accept());

            bench.connect("", 0, sock(own), () -> protocol);
            TcpBench.send(peer, "hello");
            protocol.awaitReceived(5);
            bench.loop.run(on -> protocol.transport().write("world".getBytes(StandardCharsets.UTF_8)));

            assertEquals("world", TcpBench.receive(peer, 5));
        }
    }

    @Test
    @Spec({"CONN-5", "CONN-26"})
    void adoptsAConnectedSocketOfEitherSide() throws Exception {
        ServerSocketChannel listener = bench.listener();
        SocketChannel connected = SocketChannel.open(listener.getLocalAddress());
        SocketChannel accepted = listener.accept();
        RecordingProtocol server = new RecordingProtocol();
        ConnectRequest request = new ConnectRequest(
                bench.loop.loop(), Endpoint.of("tcp", "", 0), sock(accepted), () -> server, true, bench.log);

        bench.connect("", 0, sock(connected), () -> protocol);
        bench.loop.await(() -> new TcpProvider().connect(request));
        bench.loop.run(on -> protocol.transport().write("hello".getBytes(StandardCharsets.UTF_8)));
        server.awaitReceived(5);
        bench.loop.run(on -> server.transport().close());
        protocol.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"hello\"", "connectionLost null"),
                server.awaitLost().trace());
        assertEquals(List.of("connectionMade", "eofReceived", "connectionLost null"), protocol.trace());
    }

    @Test
    @Spec({"CONN-7", "CONN-10"})
    void triesAllAddressesInOrderUntilOneConnects() throws Exception {
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();
        InetSocketAddress neverTried = (InetSocketAddress) bench.listener().getLocalAddress();

        Connection<Transport> connection =
                bench.loop.join(connectTo(PLAIN, bench.refusing(), bench.refusing(), good, neverTried), "a connection");

        assertEquals(
                good,
                bench.loop
                        .call(() -> connection.transport().getExtraInfo(ExtraInfo.PEERNAME))
                        .orElseThrow());
        assertEquals(3, bench.sockets.opened.size());
        assertFalse(bench.sockets.opened.get(0).isOpen());
        assertFalse(bench.sockets.opened.get(1).isOpen());
    }

    @Test
    @Spec({"CONN-18", "STREAM-3", "CONN-10"})
    void failsWithRefusedAndCallsNothing() throws Exception {
        AtomicInteger made = new AtomicInteger();
        InetSocketAddress nobody = bench.refusing();

        IOException failure = failure(bench.connectToOneOf(List.of(nobody), List.of(), PLAIN, () -> {
            made.incrementAndGet();
            return protocol;
        }));

        assertInstanceOf(ConnectionRefusedException.class, failure);
        assertTrue(failure.getMessage().contains(Integer.toString(nobody.getPort())), failure.getMessage());
        assertEquals(0, made.get());
        assertEquals(List.of(), protocol.calls());
        assertAllSocketsClosed();
    }

    @Test
    @Spec("CONN-8")
    void listsAllTextsIfTheyDiffer() throws Exception {
        InetSocketAddress one = bench.refusing();
        InetSocketAddress other = bench.refusing();

        IOException failure = failure(connectTo(PLAIN, one, other));

        assertEquals(IOException.class, failure.getClass());
        assertTrue(failure.getMessage().contains(Integer.toString(one.getPort())), failure.getMessage());
        assertTrue(failure.getMessage().contains(Integer.toString(other.getPort())), failure.getMessage());
    }

    @Test
    @Spec("CONN-8")
    void throwsTheOneErrorIfAllTextsAreEqual() throws Exception {
        InetSocketAddress nobody = bench.refusing();

        IOException failure = failure(connectTo(PLAIN, nobody, nobody));

        assertInstanceOf(ConnectionRefusedException.class, failure);
    }

    @Test
    @Spec({"CONN-9", "JAVA-15"})
    void carriesEverySingleCauseIfAsked() throws Exception {
        IOException failure =
                failure(connectTo(PLAIN.with(ConnectOptions.ALL_ERRORS, true), bench.refusing(), bench.refusing()));

        assertInstanceOf(MultipleCausesException.class, failure);
        assertEquals(2, failure.getSuppressed().length);
        assertInstanceOf(ConnectionRefusedException.class, failure.getSuppressed()[1]);
    }

    @Test
    @Spec("CONN-11")
    void asksForAddressesOfTheFamilyOnly() throws Exception {
        int port = ((InetSocketAddress) bench.listener().getLocalAddress()).getPort();

        assertThrows(
                IOException.class,
                () -> bench.connect(
                        "127.0.0.1",
                        port,
                        PLAIN.with(ConnectOptions.FAMILY, StandardProtocolFamily.INET6),
                        () -> protocol));
        bench.connect(
                "127.0.0.1", port, PLAIN.with(ConnectOptions.FAMILY, StandardProtocolFamily.INET), () -> protocol);

        assertTrue(protocol.isMade());
    }

    @Test
    @Spec("CONN-12")
    void bindsToTheLocalAddressOfTheTargetsFamily() throws Exception {
        ServerSocketChannel listener = bench.listener();

        bench.loop.join(
                bench.connectToOneOf(
                        List.of(listener.getLocalAddress()),
                        List.of(new InetSocketAddress("::1", 0), new InetSocketAddress("127.0.0.2", 0)),
                        PLAIN,
                        () -> protocol),
                "a connection");

        SocketChannel accepted = bench.closing(listener.accept());
        assertEquals("127.0.0.2", ((InetSocketAddress) accepted.getRemoteAddress()).getHostString());
    }

    @Test
    @Spec("CONN-12")
    void bindsToTheLocalAddressOfTheOptions() throws Exception {
        ServerSocketChannel listener = bench.listener();

        bench.connect(
                "127.0.0.1",
                ((InetSocketAddress) listener.getLocalAddress()).getPort(),
                PLAIN.with(ConnectOptions.LOCAL_ADDR, new InetSocketAddress("127.0.0.3", 0)),
                () -> protocol);

        SocketChannel accepted = bench.closing(listener.accept());
        assertEquals("127.0.0.3", ((InetSocketAddress) accepted.getRemoteAddress()).getHostString());
    }

    @Test
    @Spec("CONN-13")
    void failsWithoutALocalAddressOfTheFamily() throws Exception {
        IOException failure = failure(bench.connectToOneOf(
                List.of(bench.listener().getLocalAddress()),
                List.of(new InetSocketAddress("::1", 0)),
                PLAIN,
                () -> protocol));

        assertInstanceOf(AddressNotAvailableException.class, failure);
        assertTrue(failure.getMessage().contains("0:0:0:0:0:0:0:1"), failure.getMessage());
        assertAllSocketsClosed();
    }

    @Test
    @Spec("CONN-13")
    void failsIfNoLocalAddressCanBeBound() throws Exception {
        InetSocketAddress used = (InetSocketAddress) bench.listener().getLocalAddress();

        IOException failure = failure(bench.connectToOneOf(
                List.of(bench.listener().getLocalAddress()), List.of(used), PLAIN, () -> protocol));

        assertInstanceOf(AddressInUseException.class, failure);
        assertTrue(failure.getMessage().contains(used.toString()), failure.getMessage());
        assertAllSocketsClosed();
    }

    @Test
    @Spec({"CONN-14", "CONN-15"})
    void startsTheNextAttemptAfterTheDelayAndClosesTheLoser() throws Exception {
        FullListener silent = bench.closing(new FullListener());
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();
        ConnectOptions hurried = PLAIN.with(ConnectOptions.HAPPY_EYEBALLS_DELAY, Duration.ofMillis(20));

        Connection<Transport> connection = bench.loop.join(connectTo(hurried, silent.address(), good), "a connection");

        assertEquals(
                good,
                bench.loop
                        .call(() -> connection.transport().getExtraInfo(ExtraInfo.PEERNAME))
                        .orElseThrow());
        assertEquals(2, bench.sockets.opened.size());
        assertFalse(bench.sockets.opened.get(0).isOpen());
    }

    @Test
    @Spec("CONN-14")
    void startsTheNextAttemptAtOnceWhenTheFormerFailed() throws Exception {
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();
        ConnectOptions patient = PLAIN.with(ConnectOptions.HAPPY_EYEBALLS_DELAY, Duration.ofHours(1));

        bench.loop.join(connectTo(patient, bench.refusing(), good), "a connection");

        assertTrue(protocol.isMade());
    }

    @Test
    @Spec("CONN-17")
    void waitsForTheFirstAddressUnlessADelayIsSet() throws Exception {
        FullListener silent = bench.closing(new FullListener());
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();

        CompletionStage<Connection<Transport>> connecting = connectTo(PLAIN, silent.address(), good);
        bench.loop.settle();

        assertEquals(1, bench.sockets.opened.size());
        assertFalse(connecting.toCompletableFuture().isDone());
        assertTrue(ConnectOptions.HAPPY_EYEBALLS_DELAY.description().contains("250ms"));
        connecting.toCompletableFuture().cancel(false);
    }

    @Test
    @Spec({"JAVA-8", "LOOP-43"})
    void leavesNothingOpenWhenCancelled() throws Exception {
        FullListener silent = bench.closing(new FullListener());
        CompletionStage<Connection<Transport>> connecting = connectTo(
                PLAIN.with(ConnectOptions.HAPPY_EYEBALLS_DELAY, Duration.ofMillis(1)),
                silent.address(),
                silent.address());
        bench.loop.until("two attempts", () -> bench.sockets.opened.size() == 2);

        connecting.toCompletableFuture().cancel(false);

        assertAllSocketsClosed();
        assertFalse(protocol.isMade());
    }

    @Test
    @Spec({"CONN-19", "JAVA-28"})
    void goesOnConnectingWhenTheLoopsThreadIsInterrupted() throws Exception {
        FullListener busy = bench.closing(new FullListener());
        CompletionStage<Connection<Transport>> connecting = connectTo(PLAIN, busy.address());

        bench.loop.thread().interrupt();
        bench.loop.settle();
        busy.accept();

        bench.loop.join(connecting, "a connection");
        assertTrue(protocol.isMade());
    }

    @Test
    @Spec("CONN-28")
    void refusesASockThatATransportOwns() throws Exception {
        ServerSocketChannel listener = bench.listener();
        SocketChannel channel = SocketChannel.open(listener.getLocalAddress());
        SocketChannel peer = bench.closing(listener.accept());
        bench.connect("", 0, sock(channel), () -> protocol);

        IllegalStateException refused = assertThrows(
                IllegalStateException.class, () -> bench.connect("", 0, sock(channel), RecordingProtocol::new));
        TcpBench.send(peer, "still here");

        assertTrue(refused.getMessage().contains("tcp transport #1"), refused.getMessage());
        protocol.awaitReceived(10);
    }

    @Test
    @Spec("CONN-29")
    void givesUpWhenTheTimeIsOver() throws Exception {
        FullListener silent = bench.closing(new FullListener());

        IOException failure =
                failure(connectTo(PLAIN.with(ConnectOptions.CONNECT_TIMEOUT, Duration.ofMillis(30)), silent.address()));

        assertInstanceOf(TimedOutException.class, failure);
        assertAllSocketsClosed();
    }

    @Test
    @Spec("CONN-29")
    void countsTheTimeOfResolvingToo() {
        ConnectRequest request = bench.connectRequest(
                Endpoint.of("tcp", "slow.test", 1),
                PLAIN.with(ConnectOptions.CONNECT_TIMEOUT, Duration.ofMillis(30)),
                () -> protocol);

        IOException failure = failure(bench.loop.call(() -> Connector.connect(
                request,
                bench.sockets,
                new CompletableFuture<List<InetSocketAddress>>(),
                CompletableFuture.completedFuture(List.of()))));

        assertInstanceOf(TimedOutException.class, failure);
    }

    @Test
    @Spec({"CONN-30", "BASE-24"})
    void losesNoByteOfAPeerThatSendsAtOnce() throws Exception {
        ServerSocketChannel listener = bench.listener();
        protocol.onMade(transport -> {
            SocketChannel peer = bench.closing(listener.accept());
            TcpBench.send(peer, "first words");
        });

        bench.connect("127.0.0.1", ((InetSocketAddress) listener.getLocalAddress()).getPort(), PLAIN, () -> protocol);
        protocol.awaitReceived(11);

        assertEquals(List.of("connectionMade", "dataReceived \"first words\""), protocol.trace());
    }

    @Test
    @Spec("STREAM-17")
    void failsAndClosesTheSocketIfTheFactoryThrows() throws Exception {
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();

        IllegalStateException failure = assertThrows(
                IllegalStateException.class,
                () -> bench.loop.join(
                        bench.connectToOneOf(List.of(good), List.of(), PLAIN, () -> {
                            throw new IllegalStateException("no protocol today");
                        }),
                        "a failure"));

        assertEquals("no protocol today", failure.getMessage());
        assertAllSocketsClosed();
    }

    @Test
    @Spec({"STREAM-17", "CB-15"})
    void failsAndClosesTheSocketIfTheFactoryThrowsAnError() throws Exception {
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();

        NoClassDefFoundError failure = assertThrows(
                NoClassDefFoundError.class,
                () -> bench.loop.join(
                        bench.connectToOneOf(List.of(good), List.of(), PLAIN, () -> {
                            throw new NoClassDefFoundError("of a bundle that was updated");
                        }),
                        "a failure"));

        assertEquals("of a bundle that was updated", failure.getMessage());
        assertAllSocketsClosed();
    }

    @Test
    @Spec({"STREAM-20", "STREAM-21"})
    void succeedsThoughTheProtocolEndsTheConnectionAtOnce() throws Exception {
        InetSocketAddress good = (InetSocketAddress) bench.listener().getLocalAddress();
        RecordingProtocol aborting = new RecordingProtocol();

        Connection<Transport> closed =
                bench.loop.join(connectTo(PLAIN, good).thenApply(c -> c), "a connection of an ordinary protocol");
        protocol.onMade(Transport::close);
        aborting.onMade(Transport::abort);
        RecordingProtocol closing = new RecordingProtocol().onMade(Transport::close);
        Connection<Transport> first = bench.loop.join(
                bench.connectToOneOf(List.of(good), List.of(), PLAIN, () -> closing), "a closing connection");
        Connection<Transport> second = bench.loop.join(
                bench.connectToOneOf(List.of(good), List.of(), PLAIN, () -> aborting), "an aborted connection");

        assertEquals(closing, first.protocol());
        assertEquals(aborting, second.protocol());
        assertEquals(
                List.of("connectionMade", "connectionLost null"),
                closing.awaitLost().trace());
        assertEquals(
                List.of("connectionMade", "connectionLost null"),
                aborting.awaitLost().trace());
        assertFalse(bench.loop.call(() -> closed.transport().isClosing()));
    }

    @Test
    @Spec("JAVA-33")
    void connectsOverIpv6() throws Exception {
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("::1", 0))) {
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();

            Connection<Transport> connection = bench.connect("::1", port, PLAIN, () -> protocol);

            var peer = bench.loop
                    .call(() -> connection.transport().getExtraInfo(ExtraInfo.PEERNAME))
                    .orElseThrow();
            assertInstanceOf(Inet6Address.class, ((InetSocketAddress) peer).getAddress());
        }
    }
}
