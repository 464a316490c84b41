// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerTest {

    private static final ServerOptions PLAIN = ServerOptions.DEFAULTS;

    private final TcpBench bench = new TcpBench();
    private final List<RecordingProtocol> protocols = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        bench.close();
    }

    private RecordingProtocol newProtocol() {
        RecordingProtocol protocol = new RecordingProtocol();
        protocols.add(protocol);
        return protocol;
    }

    private Server listen(ServerOptions options) {
        return bench.listen(options, on -> newProtocol());
    }

    private void awaitConnections(int count) {
        bench.loop.until(
                count + " connections, have " + protocols.size(),
                () -> protocols.size() == count && protocols.stream().allMatch(RecordingProtocol::isMade));
    }

    private static void assertRefused(InetSocketAddress address) {
        assertThrows(ConnectException.class, () -> SocketChannel.open(address).close());
    }

    @Test
    @Spec({"SERVER-1", "SERVER-2", "SERVER-5", "STREAM-16", "EXTRA-5"})
    void callsTheFactoryOnceForEachConnection() throws Exception {
        Server server = bench.listen(List.of("127.0.0.1"), 0, PLAIN, on -> newProtocol());

        SocketChannel one = bench.client(bench.address(server));
        awaitConnections(1);
        SocketChannel two = bench.client(bench.address(server));
        awaitConnections(2);
        TcpBench.send(one, "one");
        TcpBench.send(two, "two");

        assertTrue(bench.port(server) > 0);
        assertEquals("one", protocols.get(0).awaitReceived(3).text());
        assertEquals("two", protocols.get(1).awaitReceived(3).text());
        assertEquals(
                one.getLocalAddress(),
                bench.loop
                        .call(() -> protocols.get(0).transport().getExtraInfo(ExtraInfo.PEERNAME))
                        .orElseThrow());
        assertEquals(2, server.connections());
    }

    @Test
    @Spec("SERVER-19")
    void closesAndReportsAConnectionThatCannotBeSetUp() throws Exception {
        Server server = listen(PLAIN.with(StreamOptions.SEND_BUFFER, 3L << 30));

        SocketChannel client = bench.client(bench.address(server));

        bench.loop.until("a report", () -> !bench.loop.reports().isEmpty());
        String report = bench.loop.reports().remove(0).message();
        bench.loop.until("the place to be free", () -> server.connections() == 0);
        assertTrue(report.contains("cannot be set up"), report);
        assertEquals("", TcpBench.receive(client, 1));
        assertEquals(List.of(), protocols);
    }

    @Test
    @Spec({"SERVER-3", "JAVA-33"})
    void servesAllInterfacesOfBothFamiliesByOneListener() throws Exception {
        Server server = bench.listen(List.of(""), 0, PLAIN, on -> newProtocol());

        int port = bench.port(server);
        bench.client(new InetSocketAddress("127.0.0.1", port));
        bench.client(new InetSocketAddress("::1", port));
        awaitConnections(2);

        assertEquals(1, bench.loop.call(server::sockets).size());
    }

    @Test
    @Spec("SERVER-3")
    void servesAllInterfacesOfOneFamilyIfAsked() throws Exception {
        Server server = bench.listen(
                List.of(""), 0, PLAIN.with(ServerOptions.FAMILY, StandardProtocolFamily.INET), on -> newProtocol());

        bench.client(new InetSocketAddress("127.0.0.2", bench.port(server)));

        awaitConnections(1);
        assertRefused(new InetSocketAddress("::1", bench.port(server)));
    }

    @Test
    @Spec("SERVER-4")
    void bindsEachHostOfAListOnce() throws Exception {
        Server server = bench.listen(List.of("127.0.0.1", "::1", "127.0.0.1"), 0, PLAIN, on -> newProtocol());

        List<InetSocketAddress> bound = bench.loop.call(server::sockets).stream()
                .map(view -> (InetSocketAddress) view.getsockname())
                .toList();
        for (InetSocketAddress address : bound) {
            bench.client(address);
        }

        awaitConnections(2);
        assertEquals(2, bound.size());
    }

    @Test
    @Spec("SERVER-6")
    void servesABoundSocketAndRefusesAnUnboundOne() throws Exception {
        ServerSocketChannel bound = ServerSocketChannel.open().bind(TcpBench.LOCAL);
        ServerSocketChannel loose = bench.closing(ServerSocketChannel.open());

        bench.listen(List.of(""), 0, PLAIN.with(ServerOptions.SOCK, bound), on -> newProtocol());
        bench.client((InetSocketAddress) bound.getLocalAddress());

        awaitConnections(1);
        assertThrows(
                IllegalArgumentException.class,
                () -> bench.listen(List.of(""), 0, PLAIN.with(ServerOptions.SOCK, loose), on -> newProtocol()));
    }

    @Test
    @Spec({"SERVER-7", "JAVA-12"})
    void failsNamingTheAddressAndReleasesTheOthers() throws Exception {
        int port = ((InetSocketAddress) bench.listener().getLocalAddress()).getPort();

        AddressInUseException failure = assertThrows(
                AddressInUseException.class,
                () -> bench.listen(List.of("127.0.0.2", "127.0.0.1"), port, PLAIN, on -> newProtocol()));

        assertTrue(failure.getMessage().contains("127.0.0.1:" + port), failure.getMessage());
        bench.closing(ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.2", port)));
    }

    @Test
    @Spec("SERVER-8")
    void skipsAFamilyThatTheMachineLacks() throws Exception {
        bench.sockets.lacking = java.net.Inet6Address.class;

        Server server =
                bench.listenAt(List.of(new InetSocketAddress("::1", 0), TcpBench.LOCAL), PLAIN, on -> newProtocol());
        IOException failure = assertThrows(
                IOException.class,
                () -> bench.listenAt(List.of(new InetSocketAddress("::1", 0)), PLAIN, on -> newProtocol()));

        assertEquals(1, bench.loop.call(server::sockets).size());
        assertTrue(failure.getMessage().contains("0:0:0:0:0:0:0:1"), failure.getMessage());
    }

    @Test
    @Spec("SERVER-9")
    void letsBothFamiliesShareAPort() throws Exception {
        Server six = bench.listen(List.of("::1"), 0, PLAIN, on -> newProtocol());
        int port = bench.port(six);

        assertRefused(new InetSocketAddress("127.0.0.1", port));
        bench.listen(List.of("127.0.0.1"), port, PLAIN, on -> newProtocol());
        bench.client(new InetSocketAddress("127.0.0.1", port));
        bench.client(new InetSocketAddress("::1", port));

        awaitConnections(2);
    }

    @Test
    @Spec("SERVER-10")
    void bindsAgainRightAfterAServerWithConnectionsClosed() throws Exception {
        Server first = listen(PLAIN);
        InetSocketAddress address = bench.address(first);
        SocketChannel client = bench.client(address);
        awaitConnections(1);

        bench.loop.run(on -> {
            protocols.get(0).transport().close();
            first.close();
        });
        protocols.get(0).awaitLost();
        assertEquals("", TcpBench.receive(client, 1));
        client.close();
        Server second = bench.listenAt(List.of(address), PLAIN, on -> newProtocol());
        bench.client(bench.address(second));

        awaitConnections(2);
    }

    @Test
    @Spec("SERVER-11")
    void letsServersShareAPortIfAsked() throws Exception {
        ServerOptions sharing = PLAIN.with(ServerOptions.REUSE_PORT, true);
        InetSocketAddress address = bench.address(listen(sharing));

        bench.listenAt(List.of(address), sharing, on -> newProtocol());

        assertThrows(AddressInUseException.class, () -> bench.listenAt(List.of(address), PLAIN, on -> newProtocol()));
    }

    @Test
    @Spec({"SERVER-12", "BASE-25"})
    void setsTheSocketOptionsOfItsConnections() throws Exception {
        Server server = listen(PLAIN.with(StreamOptions.KEEP_ALIVE, true));

        bench.client(bench.address(server));
        awaitConnections(1);

        var socket = bench.loop
                .call(() -> protocols.get(0).transport().getExtraInfo(ExtraInfo.SOCKET))
                .orElseThrow();
        assertTrue(socket.getOption(StandardSocketOptions.SO_KEEPALIVE));
        assertTrue(socket.getOption(StandardSocketOptions.TCP_NODELAY));
    }

    @Test
    @Spec({"SERVER-13", "SERVER-14", "SERVER-15", "SWITCH-54"})
    void keepsAHundredClientsWaitingAndAcceptsThemInOnePass() throws Exception {
        Server server = listen(PLAIN);
        bench.loop.run(on -> server.suspend(true));
        for (int i = 0; i < 100; i++) {
            bench.client(bench.address(server));
        }
        bench.loop.settle();
        assertEquals(0, protocols.size());

        CompletableFuture<Integer> afterOnePass = new CompletableFuture<>();
        bench.loop.run(on -> {
            server.suspend(false);
            on.callSoon(() -> on.callSoon(() -> afterOnePass.complete(protocols.size())));
        });
        awaitConnections(100);

        assertEquals(100, bench.loop.join(afterOnePass, "the pass after the resume"));
        assertEquals(100, PLAIN.get(ServerOptions.BACKLOG));
        assertThrows(IllegalArgumentException.class, () -> PLAIN.with(Map.of("backlog", "1.5")));
    }

    @Test
    @Spec("SERVER-15")
    void acceptsAtMostTheBacklogInOnePass() throws Exception {
        Server server = listen(PLAIN.with(ServerOptions.BACKLOG, 3));
        bench.loop.run(on -> server.suspend(true));
        for (int i = 0; i < 4; i++) {
            bench.client(bench.address(server));
        }

        List<Integer> passes = Collections.synchronizedList(new ArrayList<>());
        bench.loop.run(on -> {
            server.suspend(false);
            new Object() {
                void note() {
                    passes.add(protocols.size());
                    if (protocols.size() < 4) {
                        on.callSoon(this::note);
                    }
                }
            }.note();
        });
        awaitConnections(4);

        assertTrue(passes.contains(3), passes.toString());
    }

    @Test
    @Spec({"SERVER-16", "SERVER-17"})
    void pausesForASecondWithoutDescriptorsAndResumesByItself() throws Exception {
        Server server = listen(PLAIN);
        SocketChannel before = bench.client(bench.address(server));
        awaitConnections(1);
        int accepts = bench.sockets.accepts.get();
        bench.sockets.acceptFailures.add(new IOException("Too many open files"));
        long started = System.nanoTime();

        bench.client(bench.address(server));
        bench.loop.until("a report", () -> !bench.loop.reports().isEmpty());
        TcpBench.send(before, "still served");
        protocols.get(0).awaitReceived(12);
        int acceptsInPause = bench.sockets.accepts.get() - accepts;
        awaitConnections(2);

        assertEquals(1, acceptsInPause);
        assertTrue(System.nanoTime() - started >= 1_000_000_000L, "resumed before the pause was over");
        assertEquals(1, bench.loop.reports().size());
        assertEquals(
                bench.loop.call(server::sockets).get(0),
                bench.loop.reports().get(0).part("socket").orElseThrow());
        bench.loop.reports().clear();
    }

    @Test
    @Spec("SERVER-17")
    void schedulesOneRetryForEachShortage() throws Exception {
        Server server = listen(PLAIN);
        bench.sockets.acceptFailures.add(new IOException("Cannot allocate memory"));
        bench.sockets.acceptFailures.add(new IOException("No buffer space available"));

        bench.client(bench.address(server));
        bench.loop.until("a report", () -> bench.loop.reports().size() == 1);
        bench.loop.run(on -> {
            server.suspend(true);
            server.suspend(false);
            server.suspend(false);
        });
        bench.loop.settle();
        int acceptsInPause = bench.sockets.accepts.get();
        bench.loop.until("a second report", () -> bench.loop.reports().size() == 2);
        int acceptsAfterRetry = bench.sockets.accepts.get();
        awaitConnections(1);

        assertEquals(1, acceptsInPause);
        assertEquals(2, acceptsAfterRetry);
        assertEquals(2, bench.loop.reports().size());
    }

    @Test
    @Spec("SERVER-18")
    void skipsAConnectionThatWasAbortedBeforeAccept() throws Exception {
        Server server = listen(PLAIN);
        bench.sockets.acceptFailures.add(new IOException("Software caused connection abort"));

        bench.client(bench.address(server));
        awaitConnections(1);

        assertEquals(List.of(), bench.loop.reports());
    }

    @Test
    @Spec("SERVER-19")
    void reportsAnotherFailureAndKeepsListening() throws Exception {
        Server server = listen(PLAIN);
        bench.sockets.acceptFailures.add(new IOException("Protocol error"));

        bench.client(bench.address(server));
        awaitConnections(1);

        assertEquals(1, bench.loop.reports().size());
    }

    @Test
    @Spec({"SERVER-20", "SERVER-21", "CB-14"})
    void closesTheConnectionOfAThrowingFactoryAndGoesOn() throws Exception {
        bench.loop.loop().setDebug(false);
        List<Integer> calls = new ArrayList<>();
        Server server = bench.listen(PLAIN, on -> {
            calls.add(1);
            if (calls.size() == 1) {
                throw new NoClassDefFoundError("a plugin is gone");
            }
            return newProtocol();
        });

        SocketChannel unlucky = bench.client(bench.address(server));
        assertEquals("", TcpBench.receive(unlucky, 1));
        bench.client(bench.address(server));
        awaitConnections(1);

        assertEquals(1, bench.loop.reports().size());
        assertInstanceOf(NoClassDefFoundError.class, bench.loop.reports().get(0).exception());
        assertEquals(1, server.connections());
    }

    @Test
    @Spec("SERVER-40")
    void givesThePlaceUpOnceOfAConnectionThatCannotBegin() throws Exception {
        bench.log.insteadOfNextOpened(transport -> {
            transport.close();
            throw new LinkageError("a plugin is gone");
        });
        Server server = listen(PLAIN.with(ServerOptions.MAX_CONNECTIONS_PER_ADDRESS, 1));

        SocketChannel unlucky = bench.client(bench.address(server));
        assertEquals("", TcpBench.receive(unlucky, 1));
        bench.loop.until("the place to be free", () -> server.connections() == 0);
        bench.client(bench.address(server));
        bench.loop.until("the next client", () -> protocols.size() == 2);
        bench.loop.run(on -> server.abortClients());
        bench.loop.until("the end", () -> server.connections() == 0);

        assertEquals(List.of(), protocols.get(0).calls());
        assertEquals(1, bench.loop.reports().size());
        String report = bench.loop.reports().get(0).message();
        assertTrue(report.contains("cannot begin"), report);
    }

    @Test
    @Spec("SERVER-40")
    void countsAConnectionUntilItEndsWhoseProtocolRanOutOfMemory() throws Exception {
        bench.targets = List.of(bench.second.loop());
        Server server = bench.listen(
                PLAIN,
                on -> newProtocol().onMade(transport -> {
                    throw new OutOfMemoryError("none for the test");
                }));

        SocketChannel client = bench.client(bench.address(server));
        bench.second.runAgain();
        assertEquals(1, server.connections());
        TcpBench.send(client, "x");
        protocols.get(0).awaitReceived(1);
        client.close();
        protocols.get(0).awaitLost();
        bench.loop.until("the end", () -> server.connections() == 0);

        assertEquals(
                List.of("connectionMade() failed"),
                bench.second.reports().stream().map(ErrorContext::message).toList());
    }

    @Test
    @Spec("SERVER-22")
    void isNotHarmedByAClientThatIsGoneAlready() throws Exception {
        Server server = listen(PLAIN);
        bench.loop.run(on -> server.suspend(true));
        SocketChannel gone = bench.client(bench.address(server));
        gone.setOption(StandardSocketOptions.SO_LINGER, 0);
        gone.close();
        SocketChannel closed = bench.client(bench.address(server));
        closed.close();

        bench.loop.run(on -> server.suspend(false));
        SocketChannel next = bench.client(bench.address(server));
        TcpBench.send(next, "hello");
        bench.loop.until(
                "the last client",
                () -> protocols.stream().anyMatch(protocol -> protocol.text().equals("hello")));
        bench.loop.until("the others to be over", () -> server.connections() == 1);

        assertEquals(List.of(), bench.loop.reports());
    }

    @Test
    @Spec("SERVER-23")
    void servesOnThoughTheCallerDropsIt() throws Exception {
        InetSocketAddress address = bench.address(listen(PLAIN));

        System.gc();
        bench.client(address);

        awaitConnections(1);
    }

    @Test
    @Spec({"SERVER-24", "SERVER-31", "SERVER-32", "SERVER-27"})
    void stopsListeningAtOnceAndLeavesConnectionsAlone() throws Exception {
        Server server = listen(PLAIN);
        InetSocketAddress address = bench.address(server);
        SocketChannel client = bench.client(address);
        awaitConnections(1);
        var view = bench.loop.call(server::sockets).get(0);

        bench.loop.run(on -> {
            assertTrue(server.isServing());
            server.close();
            server.close();
            assertFalse(server.isServing());
            assertRefused(address);
            assertEquals(List.of(), server.sockets());
        });
        TcpBench.send(client, "hello");
        protocols.get(0).awaitReceived(5);

        assertEquals(null, view.getsockname());
        assertThrows(IllegalArgumentException.class, () -> view.setBlocking(true));
    }

    @Test
    @Spec({"SERVER-25", "SERVER-26", "SERVER-27"})
    void holdsTheAddressAndRefusesClientsUntilItServes() throws Exception {
        Server server = listen(PLAIN.with(ServerOptions.START_SERVING, false));
        InetSocketAddress address = bench.address(server);
        assertFalse(bench.loop.call(server::isServing));
        assertRefused(address);
        try (ServerSocketChannel intruder = ServerSocketChannel.open()) {
            intruder.setOption(StandardSocketOptions.SO_REUSEADDR, false);
            assertThrows(IOException.class, () -> intruder.bind(address));
        }

        bench.loop.await(server::startServing);
        bench.loop.await(server::startServing);
        bench.client(address);

        awaitConnections(1);
        assertTrue(bench.loop.call(server::isServing));
        assertEquals(address, bench.address(server));
    }

    @Test
    @Spec({"SERVER-28", "SERVER-29", "SERVER-30"})
    void servesForEverUntilCancelled() throws Exception {
        Server server = listen(PLAIN.with(ServerOptions.START_SERVING, false));
        InetSocketAddress address = bench.address(server);
        CompletableFuture<Void> forever = bench.loop.call(server::serveForever).toCompletableFuture();
        SocketChannel client = bench.client(address);
        awaitConnections(1);
        assertThrows(IllegalStateException.class, () -> bench.loop.await(server::serveForever));
        assertFalse(forever.isDone());
        CompletableFuture<Void> ended = bench.loop.call(server::waitClosed).toCompletableFuture();

        forever.cancel(false);

        bench.loop.join(ended, "the end of clients and server");
        assertEquals("", TcpBench.receive(client, 1));
        assertRefused(address);
        assertThrows(IllegalStateException.class, () -> bench.loop.await(server::serveForever));
    }

    @Test
    @Spec("SERVER-28")
    void endsServingForEverWhenClosed() {
        Server server = listen(PLAIN);
        CompletableFuture<Void> forever = bench.loop.call(server::serveForever).toCompletableFuture();

        bench.loop.run(on -> server.close());

        assertThrows(CancellationException.class, () -> bench.loop.join(forever, "the cancellation"));
    }

    @Test
    @Spec({"SERVER-33", "SERVER-34"})
    void wakesAllWaitersWhenClosedAndItsLastConnectionEnded() throws Exception {
        Server server = listen(PLAIN);
        SocketChannel client = bench.client(bench.address(server));
        awaitConnections(1);
        CompletableFuture<Void> early = bench.loop.call(server::waitClosed).toCompletableFuture();
        bench.loop.run(on -> server.close());
        CompletableFuture<Void> late = bench.loop.call(server::waitClosed).toCompletableFuture();
        bench.loop.settle();
        assertFalse(early.isDone() || late.isDone());

        client.close();

        bench.loop.join(early, "the first waiter");
        bench.loop.join(late, "the second waiter");
        assertTrue(bench.loop.call(server::waitClosed).toCompletableFuture().isDone());
    }

    @Test
    @Spec("SERVER-33")
    void waitsForTheCloseThoughAllConnectionsEnded() throws Exception {
        Server server = listen(PLAIN);
        bench.client(bench.address(server)).close();
        awaitConnections(1);
        protocols.get(0).awaitLost();
        CompletableFuture<Void> waiter = bench.loop.call(server::waitClosed).toCompletableFuture();
        bench.loop.settle();
        assertFalse(waiter.isDone());

        bench.loop.run(on -> server.close());

        bench.loop.join(waiter, "the end");
    }

    @Test
    @Spec("SERVER-35")
    void closesClientsWithAllTheirDataOnEveryLoop() throws Exception {
        bench.targets = List.of(bench.loop.loop(), bench.second.loop());
        byte[] much = new byte[3_000_000];
        Server server = bench.listen(PLAIN, on -> newProtocol().onMade(transport -> transport.write(much)));
        List<SocketChannel> clients = List.of(bench.client(bench.address(server)), bench.client(bench.address(server)));
        awaitConnections(2);

        bench.loop.run(on -> {
            server.close();
            server.closeClients();
        });

        for (SocketChannel client : clients) {
            assertEquals(much.length, TcpBench.receive(client, much.length + 1).length());
        }
        bench.loop.await(server::waitClosed);
        assertEquals(null, protocols.get(0).cause());
        assertFalse(protocols.get(0).transport().loop()
                == protocols.get(1).transport().loop());
    }

    @Test
    @Spec("SERVER-36")
    void abortsClientsWithoutWaitingForTheirData() throws Exception {
        byte[] much = new byte[30_000_000];
        Server server = bench.listen(PLAIN, on -> newProtocol().onMade(transport -> transport.write(much)));
        SocketChannel client = bench.client(bench.address(server));
        awaitConnections(1);

        bench.loop.run(on -> {
            server.close();
            server.abortClients();
        });
        bench.loop.await(server::waitClosed);

        assertTrue(TcpBench.receive(client, much.length).length() < much.length);
    }

    @Test
    @Spec("SERVER-37")
    void closesQuietlyWhatWasAcceptedInThePassOfItsClose() throws Exception {
        bench.targets = List.of(bench.second.loop());
        Server server = listen(PLAIN);
        CountDownLatch blocked = new CountDownLatch(1);
        bench.second.loop().execute(() -> await(blocked));
        SocketChannel client = bench.client(bench.address(server));
        bench.loop.until("the connection to be accepted", () -> server.connections() == 1);

        bench.loop.run(on -> server.close());
        CompletableFuture<Void> ended = bench.loop.call(server::waitClosed).toCompletableFuture();
        assertFalse(ended.isDone());
        blocked.countDown();

        bench.loop.join(ended, "the end");
        assertEquals("", TcpBench.receive(client, 1));
        assertEquals(0, protocols.size());
        assertEquals(List.of(), bench.loop.reports());
        assertEquals(List.of(), bench.second.reports());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @Spec("SERVER-37")
    void acceptsNoMoreWhenAFactoryClosesTheServer() throws Exception {
        Server[] server = new Server[1];
        server[0] = bench.listen(PLAIN, on -> {
            server[0].close();
            return newProtocol();
        });
        bench.loop.run(on -> server[0].suspend(true));
        SocketChannel first = bench.client(bench.address(server[0]));
        bench.client(bench.address(server[0]));

        bench.loop.run(on -> server[0].suspend(false));
        awaitConnections(1);
        first.close();
        bench.loop.await(server[0]::waitClosed);

        assertEquals(1, protocols.size());
        assertEquals(List.of(), bench.loop.reports());
    }

    @Test
    @Spec("SERVER-39")
    void isClosedAndWaitedForAtTheEndOfATryBlock() throws Exception {
        Server server = bench.listen(
                PLAIN,
                on -> newProtocol()
                        .onMade(transport ->
                                transport.loop().callLater(java.time.Duration.ofMillis(50), transport::close)));
        InetSocketAddress address = bench.address(server);

        try (AutoCloseable resource = server.asResource()) {
            bench.client(address);
            awaitConnections(1);
            assertThrows(IllegalStateException.class, () -> closeOnTheLoop(resource));
        }

        assertTrue(protocols.get(0).isLost());
        assertRefused(address);
    }

    private void closeOnTheLoop(AutoCloseable resource) {
        bench.loop.run(on -> {
            try (resource) {
                assertTrue(on.inLoop());
            }
        });
    }

    @Test
    @Spec("SERVER-40")
    void pausesAcceptingAtTheLimitAndLeavesTheRestToTheKernel() throws Exception {
        Server server = listen(PLAIN.with(ServerOptions.MAX_CONNECTIONS, 2));
        SocketChannel first = bench.client(bench.address(server));
        bench.client(bench.address(server));
        SocketChannel third = bench.client(bench.address(server));
        TcpBench.send(third, "patience");
        bench.loop.settle();
        assertEquals(2, protocols.size());
        assertEquals(2, server.connections());

        first.close();

        awaitConnections(3);
        assertEquals("patience", protocols.get(2).awaitReceived(8).text());
        assertEquals(2, server.connections());
    }

    @Test
    @Spec("SERVER-40")
    void takesAHigherLimitOverAtOnce() throws Exception {
        Server server = listen(PLAIN.with(ServerOptions.MAX_CONNECTIONS, 1));
        bench.client(bench.address(server));
        bench.client(bench.address(server));
        awaitConnections(1);

        bench.loop.run(on -> server.setOptions(PLAIN.with(ServerOptions.MAX_CONNECTIONS, 2)
                .with(ServerOptions.BACKLOG, 7)
                .with(StreamOptions.NO_DELAY, false)));
        awaitConnections(2);

        assertFalse(bench.loop.call(() -> protocols
                .get(1)
                .transport()
                .getExtraInfo(ExtraInfo.SOCKET)
                .orElseThrow()
                .getOption(StandardSocketOptions.TCP_NODELAY)));
    }

    @Test
    void closesConnectionsOfOneAddressAboveItsLimit() throws Exception {
        Server server = listen(PLAIN.with(ServerOptions.MAX_CONNECTIONS_PER_ADDRESS, 1));
        SocketChannel first = bench.client(bench.address(server));
        awaitConnections(1);

        SocketChannel refused = bench.client(bench.address(server));
        assertEquals("", TcpBench.receive(refused, 1));
        SocketChannel other = bench.closing(SocketChannel.open());
        other.bind(new InetSocketAddress("127.0.0.2", 0)).connect(bench.address(server));
        awaitConnections(2);
        first.close();
        protocols.get(0).awaitLost();
        bench.loop.until("the place to be free", () -> server.connections() == 1);
        bench.client(bench.address(server));

        awaitConnections(3);
    }

    @Test
    @Spec("JAVA-23")
    void refusesCallsFromOtherThreads() {
        Server server = listen(PLAIN);

        IllegalStateException refused = assertThrows(IllegalStateException.class, server::close);

        assertTrue(refused.getMessage().contains("callSoonThreadsafe"), refused.getMessage());
        assertTrue(bench.loop.call(server::isServing));
    }
}
