// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Illegal arguments fail inside the call, before anything is opened. */
class NetworkArgumentsTest {

    private final TestNetwork net = new TestNetwork(1);
    private final Network network = net.network();

    @AfterEach
    void close() {
        net.close();
    }

    private static void refused(Executable call, String... parts) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
        for (String part : parts) {
            assertTrue(refused.getMessage().contains(part), refused.getMessage() + " should name " + part);
        }
    }

    @Test
    @Spec({"CONN-2", "JAVA-9"})
    void refusesHostAndPortTogetherWithSock() throws Exception {
        try (SocketChannel sock = SocketChannel.open()) {
            ConnectOptions options = ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, sock);

            refused(() -> network.createConnection(Echo::new, "127.0.0.1", 80, options), "sock", "host and port");
            refused(() -> network.createConnection(Echo::new, Endpoint.parse("tcp://127.0.0.1:80"), options), "sock");
            refused(() -> network.createConnection(Echo::new, null, 80, options), "sock", "host and port");
        }
    }

    @Test
    @Spec({"CONN-2", "JAVA-10"})
    void refusesNeitherHostAndPortNorSock() {
        refused(() -> network.createConnection(Echo::new, null, -1, ConnectOptions.DEFAULTS), "host and port", "sock");
        refused(() -> network.createConnection(Echo::new, null, 80, ConnectOptions.DEFAULTS), "host");
        refused(() -> network.createConnection(Echo::new, "127.0.0.1", 65_536, ConnectOptions.DEFAULTS), "65536");
    }

    @Test
    @Spec({"CONN-3", "CONN-27"})
    void refusesChannelsThatAreNotConnected() throws Exception {
        try (SocketChannel sock = SocketChannel.open()) {
            refused(
                    () -> network.createConnection(
                            Echo::new, null, -1, ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, sock)),
                    "connected");
            refused(() -> network.connectAcceptedSocket(Echo::new, sock, ConnectOptions.DEFAULTS), "connected");
            assertTrue(sock.isOpen(), "a refused channel stays the caller's");
        }
    }

    @Test
    @Spec({"CONN-3", "CONN-6", "CONN-27", "SERVER-6", "DGRAM-45", "JAVA-10"})
    void takesStreamChannelsByType() throws Exception {
        // another kind of socket, and a socket wrapped for TLS, do not compile
        assertEquals(
                SocketChannel.class,
                Network.class.getMethod(
                                "connectAcceptedSocket",
                                java.util.function.Supplier.class,
                                SocketChannel.class,
                                ConnectOptions.class)
                        .getParameterTypes()[1]);
        assertFalse(SocketChannel.class.isAssignableFrom(DatagramChannel.class));
        assertTrue(ConnectOptions.class
                .getField("SOCK")
                .getGenericType()
                .getTypeName()
                .contains(SocketChannel.class.getName()));
        assertTrue(ServerOptions.class
                .getField("SOCK")
                .getGenericType()
                .getTypeName()
                .contains(ServerSocketChannel.class.getName()));
        assertTrue(DatagramOptions.class
                .getField("SOCK")
                .getGenericType()
                .getTypeName()
                .contains(DatagramChannel.class.getName()));
    }

    @Test
    @Spec("CONN-20")
    void refusesServerHostnameWithoutTls() {
        refused(
                () -> network.createConnection(
                        Echo::new,
                        Endpoint.parse("tcp://127.0.0.1:80?tls.server.hostname=example.org"),
                        ConnectOptions.DEFAULTS),
                "tls.server.hostname",
                "tls+tcp");
    }

    @Test
    @Spec({"CONN-21", "CONN-22"})
    void wantsToKnowWhomToExpectBehindTlsWithoutHost() throws Exception {
        try (SocketPair pair = SocketPair.tcp()) {
            ConnectOptions tls = ConnectOptions.DEFAULTS
                    .with(ConnectOptions.SOCK, pair.one)
                    .with(ConnectOptions.TLS, TlsOptions.DEFAULTS);
            ConnectOptions unchecked =
                    tls.with(ConnectOptions.TLS, TlsOptions.DEFAULTS.with(TlsOptions.SERVER_HOSTNAME, ""));

            refused(() -> network.createConnection(Echo::new, null, -1, tls), "server.hostname");
            // an empty name is an answer: what fails next is the missing filter
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> TestNetwork.get(network.createConnection(Echo::new, null, -1, unchecked)));
        }
    }

    @Test
    @Spec("CONN-23")
    void refusesTlsTimesWithoutTlsInEveryOperation() {
        for (String time : List.of("tls.handshake.timeout", "tls.shutdown.timeout")) {
            refused(
                    () -> network.createConnection(
                            Echo::new, Endpoint.parse("tcp://127.0.0.1:80?" + time + "=1s"), ConnectOptions.DEFAULTS),
                    time);
            refused(
                    () -> network.createServer(
                            Echo::new, Endpoint.parse("tcp://127.0.0.1:0?" + time + "=1s"), ServerOptions.DEFAULTS),
                    time);
        }
    }

    @Test
    void refusesTlsTimesOfNothing() {
        TlsOptions never = TlsOptions.DEFAULTS.with(TlsOptions.HANDSHAKE_TIMEOUT, Duration.ZERO);

        refused(
                () -> network.createConnection(
                        Echo::new, "127.0.0.1", 80, ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, never)),
                "handshake.timeout");
    }

    @Test
    @Spec("CONN-28")
    void refusesAChannelThatAnOpenTransportOwns() throws Exception {
        try (SocketPair pair = SocketPair.tcp()) {
            ConnectOptions options = ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, pair.one);
            Connection<Transport> first =
                    TestNetwork.get(network.createConnection(RecordingProtocol::new, null, -1, options));

            IllegalStateException again = assertThrows(
                    IllegalStateException.class,
                    () -> network.createConnection(RecordingProtocol::new, null, -1, options));
            assertTrue(again.getMessage().contains("in use"), again.getMessage());
            assertThrows(
                    IllegalStateException.class,
                    () -> network.connectAcceptedSocket(RecordingProtocol::new, pair.one, ConnectOptions.DEFAULTS));

            assertFalse(TestNetwork.on(net.loop(), () -> first.transport().isClosing()), "the first one goes on");
        }
    }

    @Test
    @Spec({"SERVER-6", "JAVA-9"})
    void refusesWrongAddressesOfServers() throws Exception {
        try (ServerSocketChannel unbound = ServerSocketChannel.open();
                ServerSocketChannel bound = ServerSocketChannel.open()) {
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            ServerOptions sock = ServerOptions.DEFAULTS.with(ServerOptions.SOCK, bound);

            refused(() -> network.createServer(Echo::new, List.of("127.0.0.1"), 0, sock), "sock", "hosts and port");
            refused(() -> network.createServer(Echo::new, null, 80, sock), "sock", "hosts and port");
            refused(() -> network.createServer(Echo::new, Endpoint.parse("tcp://127.0.0.1:0"), sock), "sock");
            refused(() -> network.createServer(Echo::new, null, -1, ServerOptions.DEFAULTS), "sock");
            refused(() -> network.createServer(Echo::new, List.of(), -1, ServerOptions.DEFAULTS), "-1");
            refused(
                    () -> network.createServer(
                            Echo::new, null, -1, ServerOptions.DEFAULTS.with(ServerOptions.SOCK, unbound)),
                    "bound");
        }
    }

    @Test
    @Spec("SERVER-38")
    void wantsAContextForATlsServer() throws Exception {
        assertTrue(ServerOptions.class
                .getField("TLS")
                .getGenericType()
                .getTypeName()
                .contains(TlsOptions.class.getName()));
        refused(
                () -> network.createServer(
                        Echo::new,
                        List.of("127.0.0.1"),
                        0,
                        ServerOptions.DEFAULTS.with(ServerOptions.TLS, TlsOptions.DEFAULTS)),
                "context");
    }

    @Test
    @Spec("UNIX-2")
    void refusesPathAndSockTogetherAndNeither() throws Exception {
        Path path = Path.of("/tmp/never.sock");
        try (SocketPair pair = SocketPair.unix();
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            refused(
                    () -> network.createUnixConnection(
                            Echo::new, path, ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, pair.one)),
                    "path",
                    "sock");
            refused(
                    () -> network.createUnixServer(
                            Echo::new, path, ServerOptions.DEFAULTS.with(ServerOptions.SOCK, server)),
                    "path",
                    "sock");
        }
        refused(() -> network.createUnixConnection(Echo::new, null, ConnectOptions.DEFAULTS), "path", "sock");
        refused(() -> network.createUnixServer(Echo::new, null, ServerOptions.DEFAULTS), "path", "sock");
    }

    @Test
    @Spec("UNIX-3")
    void refusesChannelsThatAreNoUnixSockets() throws Exception {
        try (SocketPair pair = SocketPair.tcp();
                ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            refused(
                    () -> network.createUnixConnection(
                            Echo::new, null, ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, pair.one)),
                    "unix");
            refused(
                    () -> network.createUnixServer(
                            Echo::new, null, ServerOptions.DEFAULTS.with(ServerOptions.SOCK, server)),
                    "unix");
        }
    }

    @Test
    @Spec("UNIX-10")
    void wantsServerHostnameForTlsOverUnixSocketsOnly() {
        refused(
                () -> network.createUnixConnection(
                        Echo::new,
                        Path.of("/tmp/never.sock"),
                        ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, TlsOptions.DEFAULTS)),
                "server.hostname");
        refused(
                () -> network.createConnection(
                        Echo::new, Endpoint.parse("tls+unix:/tmp/never.sock"), ConnectOptions.DEFAULTS),
                "server.hostname");
        refused(
                () -> network.createConnection(
                        Echo::new,
                        Endpoint.parse("unix:/tmp/never.sock?tls.server.hostname=a"),
                        ConnectOptions.DEFAULTS),
                "tls.server.hostname");
    }

    @Test
    @Spec({"DGRAM-37", "DGRAM-38", "DGRAM-39"})
    void refusesWrongAddressesOfDatagramEndpoints() {
        SocketAddress odd = new SocketAddress() {};
        refused(() -> network.createDatagramEndpoint(Echo::new, null, null, DatagramOptions.DEFAULTS), "family");
        refused(() -> network.createDatagramEndpoint(Echo::new, odd, null, DatagramOptions.DEFAULTS), "localAddr");
        refused(() -> network.createDatagramEndpoint(Echo::new, null, odd, DatagramOptions.DEFAULTS), "remoteAddr");
        refused(
                () -> network.createDatagramEndpoint(
                        Echo::new,
                        new InetSocketAddress("127.0.0.1", 0),
                        new InetSocketAddress("::1", 9),
                        DatagramOptions.DEFAULTS),
                "famil");
    }

    @Test
    @Spec({"DGRAM-44", "DGRAM-43"})
    void refusesWhatShapesASocketTogetherWithAReadyOneAndNamesIt() throws Exception {
        try (DatagramChannel sock = DatagramChannel.open()) {
            DatagramOptions options = DatagramOptions.DEFAULTS
                    .with(DatagramOptions.SOCK, sock)
                    .with(DatagramOptions.REUSE_PORT, true)
                    .with(DatagramOptions.ALLOW_BROADCAST, true)
                    .with(DatagramOptions.FAMILY, StandardProtocolFamily.INET);

            refused(
                    () -> network.createDatagramEndpoint(
                            Echo::new, new InetSocketAddress("127.0.0.1", 0), null, options),
                    "localAddr",
                    "reuse.port",
                    "allow.broadcast",
                    "family");
        }
        assertFalse(DatagramOptions.DEFAULTS.known().containsKey("reuse.address"));
    }

    @Test
    @Spec({"UNIX-14", "JAVA-11", "JAVA-38"})
    void refusesUnixDatagramsAsUnsupported() {
        assertThrows(
                UnsupportedOperationException.class,
                () -> network.createDatagramEndpoint(
                        Echo::new, UnixDomainSocketAddress.of("/tmp/never.sock"), null, DatagramOptions.DEFAULTS));
    }

    @Test
    void refusesTheWrongEndOfAPipe() throws Exception {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            refused(() -> network.connectReadPipe(Echo::new, sink), "readable");
            refused(() -> network.connectWritePipe(Echo::new, source), "writable");
        }
    }

    @Test
    void refusesAnEmptyProgram() {
        refused(() -> network.subprocessExec(Echo::new, List.of(), ProcessOptions.DEFAULTS), "program");
    }

    @Test
    @Spec("JAVA-9")
    void refusesUnknownAndContradictingOptionsOfEndpoints() {
        refused(
                () -> network.createServer(
                        Echo::new, Endpoint.parse("tcp://127.0.0.1:0?backlock=5"), ServerOptions.DEFAULTS),
                "backlock",
                "backlog");
        refused(
                () -> network.createServer(
                        Echo::new, Endpoint.parse("tcp://127.0.0.1:0?backlog=many"), ServerOptions.DEFAULTS),
                "backlog=many",
                "whole number");
        refused(
                () -> network.createServer(
                        Echo::new,
                        Endpoint.parse("tcp://127.0.0.1:0?backlog=5"),
                        ServerOptions.DEFAULTS.with(ServerOptions.BACKLOG, 6)),
                "backlog",
                "twice");
    }

    @Test
    @Spec("SERVER-14")
    void refusesABacklogThatIsNoWholeNumber() {
        refused(
                () -> network.createServer(
                        Echo::new, Endpoint.parse("tcp://127.0.0.1:0?backlog=1.1"), ServerOptions.DEFAULTS),
                "backlog=1.1");
        assertThrows(IllegalArgumentException.class, () -> ServerOptions.DEFAULTS.with(Map.of("backlog", "1.1")));
    }

    @Test
    @Spec("JAVA-9")
    void keepsOptionsImmutable() {
        ConnectOptions changed = ConnectOptions.DEFAULTS.with(StreamOptions.NO_DELAY, false);

        assertTrue(ConnectOptions.DEFAULTS.get(StreamOptions.NO_DELAY));
        assertFalse(changed.get(StreamOptions.NO_DELAY));
        assertThrows(UnsupportedOperationException.class, () -> changed.values().clear());
    }

    @Test
    void refusesALoopOfAnotherGroup() {
        try (Loops others = new Loops(1, "other", SelectorProvider.provider())) {
            ConnectOptions options = ConnectOptions.DEFAULTS.with(
                    ConnectOptions.LOOP, others.loops().get(0));

            refused(() -> network.createConnection(Echo::new, "127.0.0.1", 80, options), "other-0", "net-0");
        }
    }

    @Test
    void wantsAFactory() {
        Protocol none = null;
        assertThrows(
                NullPointerException.class,
                () -> network.createConnection(null, "127.0.0.1", 80, ConnectOptions.DEFAULTS));
        assertThrows(
                NullPointerException.class,
                () -> network.createServer(null, List.of("127.0.0.1"), 0, ServerOptions.DEFAULTS));
        assertThrows(
                NullPointerException.class,
                () -> network.startTls(null, none, TlsOptions.DEFAULTS, false, new byte[0]));
    }
}
