// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.Releasable;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.DatagramPeer;
import dev.turnout.testkit.contract.OpenLog;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Serves datagrams as a server does connections, as far as that goes: one endpoint, one protocol, all peers. */
class UdpServerTest {

    private final LoopThread loop = new LoopThread(EventLoops.newEventLoop("udp", SelectorProvider.provider()));
    private final RecordingDatagramProtocol protocol = new RecordingDatagramProtocol();
    private final DatagramPeer peer = new DatagramPeer(UdpFixture.loopback(StandardProtocolFamily.INET));
    private final OpenLog log = new OpenLog();

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
    void closeEverything() {
        peer.close();
        loop.settle();
        loop.close();
        assertEquals(List.of(), protocol.violations());
    }

    private Server listen(String endpoint, ServerOptions options) {
        return listen(endpoint, options, protocol);
    }

    private Server listen(String endpoint, ServerOptions options, RecordingDatagramProtocol first) {
        return loop.await(() -> new UdpProvider()
                .listen(new ListenRequest(
                        loop.loop(),
                        new Alone(loop.loop()),
                        Endpoint.parse(endpoint),
                        List.of(),
                        options,
                        on -> first,
                        log)));
    }

    private InetSocketAddress address(Server server) {
        return loop.call(() -> (InetSocketAddress)
                Objects.requireNonNull(server.sockets().get(0).getsockname()));
    }

    @Test
    @Spec({"DGRAM-46", "DGRAM-36"})
    void servesAllPeersByOneProtocolUntilItIsClosed() throws Exception {
        Server server = listen("udp://127.0.0.1:0", ServerOptions.DEFAULTS);
        InetSocketAddress at = address(server);

        peer.send("one", at);
        protocol.awaitReceived(3);
        try (DatagramPeer other = new DatagramPeer(UdpFixture.loopback(StandardProtocolFamily.INET))) {
            other.send("two", at);
            protocol.awaitReceived(6);
        }
        assertEquals(1, server.connections());
        CompletableFuture<Void> closed = loop.call(() -> {
            server.close();
            assertFalse(server.isServing());
            return server.waitClosed().toCompletableFuture();
        });
        loop.join(closed, "the end");

        try (DatagramPeer next = new DatagramPeer(at)) {
            assertEquals(at, next.address());
        }
        assertEquals(0, server.connections());
        assertEquals(1, protocol.count("connectionLost null"));
        loop.run(in -> assertEquals(List.of(), server.sockets()));
    }

    @Test
    void leavesDatagramsToTheKernelWhileItIsSuspendedOrDoesNotServe() throws Exception {
        Server server = listen("udp://127.0.0.1:0", ServerOptions.DEFAULTS.with(ServerOptions.START_SERVING, false));
        InetSocketAddress at = address(server);

        peer.send("one", at);
        loop.settle();
        assertEquals(0, protocol.count("datagramReceived"));
        loop.await(server::startServing);
        protocol.awaitReceived(3);
        loop.run(in -> server.suspend(true));
        peer.send("two", at);
        loop.settle();
        assertEquals(1, protocol.count("datagramReceived"));
        loop.run(in -> server.suspend(false));
        protocol.awaitReceived(6);

        loop.run(in -> server.close());
    }

    @Test
    void servesUntilTheStageIsCancelled() {
        Server server = listen("udp://127.0.0.1:0", ServerOptions.DEFAULTS);

        CompletableFuture<Void> forever = loop.call(() -> server.serveForever().toCompletableFuture());
        assertThrows(IllegalStateException.class, () -> loop.await(server::serveForever));
        forever.cancel(false);
        protocol.awaitLost();

        loop.await(server::waitClosed);
        assertThrows(IllegalStateException.class, () -> loop.await(server::startServing));
    }

    @Test
    @Spec("SWITCH-48")
    void leavesItsSocketToAnotherServerWithWhatWaitsInIt() throws Exception {
        Server server = listen("udp://127.0.0.1:0", ServerOptions.DEFAULTS);
        InetSocketAddress at = address(server);

        List<NetworkChannel> channels = loop.call(() -> ((Releasable) server).release());
        loop.await(server::waitClosed);
        assertEquals(1, protocol.count("connectionLost null"));
        peer.send("one", at);
        RecordingDatagramProtocol successor = new RecordingDatagramProtocol();
        Server next =
                listen("udp://127.0.0.1:0", ServerOptions.DEFAULTS.with(ServerOptions.LISTENERS, channels), successor);
        successor.awaitReceived(3);

        assertEquals(at, address(next));
        assertEquals(List.of(), loop.call(() -> ((Releasable) server).release()), "it has no socket any more");
        loop.run(in -> next.close());
    }

    @Test
    void refusesKeptSocketsThatAreNotItsKind() throws Exception {
        try (ServerSocketChannel streams = ServerSocketChannel.open()) {
            ServerOptions options = ServerOptions.DEFAULTS.with(ServerOptions.LISTENERS, List.of(streams));

            assertThrows(IllegalArgumentException.class, () -> listen("udp://127.0.0.1:0", options));
        }
    }

    @Test
    void endsWithItsEndpoint() {
        Server server = listen("udp://127.0.0.1:0", ServerOptions.DEFAULTS);

        loop.run(in -> protocol.transport().close());
        loop.await(server::waitClosed);

        loop.run(in -> {
            assertFalse(server.isServing());
            server.close();
            server.closeClients();
            server.abortClients();
        });
    }

    @Test
    void takesTheOptionsForDatagramsAmongThoseOfServers() throws Exception {
        Server server = listen(
                "udp://127.0.0.1:0",
                ServerOptions.DEFAULTS.with(Map.of("receive.limit", "3", "backlog", "7", "receive.buffer", "64KiB")));

        peer.send("four", address(server));
        peer.send("two", address(server));
        protocol.awaitReceived(3);

        assertEquals(1, protocol.count("errorReceived MessageTooLargeException"));
        loop.run(in -> server.close());
    }

    @Test
    void listensAtAllInterfacesOfBothFamilies() throws Exception {
        Server server = listen("udp://*:0", ServerOptions.DEFAULTS);
        int port = address(server).getPort();

        peer.send("four", new InetSocketAddress(UdpFixture.loopback(StandardProtocolFamily.INET), port));
        protocol.awaitReceived(4);
        try (DatagramPeer six = new DatagramPeer(UdpFixture.loopback(StandardProtocolFamily.INET6))) {
            six.send("six", new InetSocketAddress(UdpFixture.loopback(StandardProtocolFamily.INET6), port));
            protocol.awaitReceived(7);
        }

        assertTrue(server.toString().contains("serving"), server::toString);
        loop.run(in -> server.close());
    }
}
