// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filters of other bundles stand between transport and protocol. The one here greets with its name and shifts each byte by a number. */
class FilterTest {

    private static final TlsOptions ANYBODY = TlsOptions.DEFAULTS.with(TlsOptions.SERVER_HOSTNAME, "");

    private final TestNetwork net = new TestNetwork(1);

    FilterTest() {
        net.networks.with(new ShiftFilter.Provider("shift")).with(new ShiftFilter.Provider("tls"));
    }

    @AfterEach
    void close() {
        net.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Server listen(String endpoint) {
        return get(net.network().createServer(Echo::new, Endpoint.parse(endpoint), ServerOptions.DEFAULTS));
    }

    private Connection<Transport> connect(RecordingProtocol protocol, String scheme, Server server, String query) {
        return get(net.network()
                .createConnection(
                        () -> protocol,
                        Endpoint.parse(scheme + "://127.0.0.1:" + TestNetwork.port(server) + query),
                        ConnectOptions.DEFAULTS));
    }

    @Test
    void putsAFilterOnBothSides() {
        Server server = listen("shift+tcp://127.0.0.1:0?shift.by=3");
        RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(bytes("hello")));

        Connection<Transport> connection = connect(client, "shift+tcp", server, "?shift.by=3");

        assertEquals("hello", client.awaitReceived(5).text());
        assertTrue(connection.transport() instanceof ShiftFilter.Above);
        assertTrue(net.snapshot().connections[0].protocol.endsWith("RecordingProtocol")
                || net.snapshot().connections[0].protocol.endsWith("Echo"));
    }

    @Test
    void stacksFiltersOutermostFirst() {
        Server plain = net.listen(Echo::new, ServerOptions.DEFAULTS);
        RecordingProtocol wire = new RecordingProtocol();
        Server spy = net.listen(() -> wire, ServerOptions.DEFAULTS);
        assertTrue(plain.connections() == 0);

        net.network()
                .createConnection(
                        RecordingProtocol::new,
                        Endpoint.parse("tls+shift+tcp://127.0.0.1:" + TestNetwork.port(spy)),
                        ConnectOptions.DEFAULTS);

        // the one next to the transport begins
        assertTrue(wire.awaitReceived(1).text().startsWith("s"));
    }

    @Test
    void worksThroughTwoFilters() {
        Server server = listen("tls+shift+tcp://127.0.0.1:0?shift.by=1&tls.by=2");
        RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(bytes("hello")));

        connect(client, "tls+shift+tcp", server, "?shift.by=1&tls.by=2");

        assertEquals("hello", client.awaitReceived(5).text());
        assertEquals(List.of(), client.violations());
    }

    @Test
    @Spec("CONN-25")
    void failsAndClosesIfAFilterCannotBeEstablished() {
        RecordingProtocol other = new RecordingProtocol().onMade(transport -> transport.write(bytes("X")));
        Server server = net.listen(() -> other, ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol();

        assertThrows(SSLException.class, () -> connect(client, "shift+tcp", server, ""));

        other.awaitLost();
        assertFalse(client.isMade());
    }

    @Test
    @Spec("CONN-29")
    void boundsConnectingAndFilterTogether() {
        RecordingProtocol silent = new RecordingProtocol();
        Server server = net.listen(() -> silent, ServerOptions.DEFAULTS);

        assertThrows(
                TimedOutException.class,
                () -> get(net.network()
                        .createConnection(
                                Echo::new,
                                Endpoint.parse("shift+tcp://127.0.0.1:" + TestNetwork.port(server)),
                                ConnectOptions.DEFAULTS.with(ConnectOptions.CONNECT_TIMEOUT, Duration.ofMillis(200)))));

        silent.awaitLost();
    }

    @Test
    void takesTlsOptionsForTheFilter() {
        Server server = listen("tls+tcp://127.0.0.1:0");
        RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(bytes("hi")));

        get(net.network()
                .createConnection(
                        () -> client,
                        "127.0.0.1",
                        TestNetwork.port(server),
                        ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, TlsOptions.DEFAULTS)));

        assertEquals("hi", client.awaitReceived(2).text());
    }

    @Test
    void upgradesInTheMiddleOfAConversation() {
        Server server = net.listen(
                () -> {
                    RecordingProtocol plain = new RecordingProtocol();
                    return plain.onData(data -> {
                        // what came with the command is the client's greeting already
                        byte[] rest = new byte[data.remaining() - 1];
                        data.position(data.position() + 1).get(rest);
                        upgrade(plain.transport(), new Echo(), rest);
                    });
                },
                ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol();
        Transport plain = net.connect(() -> client, server).transport();

        Transport upper = get(on(net.loop(), () -> {
            plain.write(bytes("S"));
            return net.network().startTls(plain, client, ANYBODY, false, new byte[0]);
        }));
        on(net.loop(), () -> {
            upper.write(bytes("secret"));
            return true;
        });

        assertEquals("secret", client.awaitReceived(6).text());
        assertEquals(1, client.count("connectionMade"), "no second one");
    }

    private void upgrade(Transport transport, Echo echo, byte[] unread) {
        net.network()
                .startTls(transport, echo, TlsOptions.DEFAULTS, true, unread)
                .thenAccept(echo::connectionMade);
    }

    @Test
    void givesBytesThatWereReadTooFarToTheFilter() {
        RecordingProtocol peer = new RecordingProtocol();
        Server server = net.listen(() -> peer, ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol();
        Transport plain = net.connect(() -> client, server).transport();

        get(on(net.loop(), () -> net.network().startTls(plain, client, ANYBODY, false, bytes("tb"))));

        // "t" was the greeting, the rest is data, shifted by 1
        assertEquals("a", client.awaitReceived(1).text());
    }

    @Test
    void abortsIfAnUpgradeFails() {
        RecordingProtocol peer = new RecordingProtocol();
        Server server = net.listen(() -> peer, ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol();
        Transport plain = net.connect(() -> client, server).transport();

        assertThrows(
                SSLException.class,
                () -> get(on(net.loop(), () -> net.network().startTls(plain, client, ANYBODY, false, bytes("X")))));

        peer.awaitLost();
    }

    @Test
    @Spec("FILE-7")
    void refusesFilesWhereTheTransportSendsNone(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("f"), new byte[1]);
        Server server = listen("tls+tcp://127.0.0.1:0");
        Transport upper =
                connect(new RecordingProtocol(), "tls+tcp", server, "").transport();

        try (var channel = java.nio.channels.FileChannel.open(file)) {
            on(
                    net.loop(),
                    () -> assertThrows(
                            UnsupportedOperationException.class,
                            () -> net.network().sendfile(upper, channel, 0, -1, true)));
        }
    }

    @Test
    void refusesOperationsOffTheLoop() {
        Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol();
        Transport plain = net.connect(() -> client, server).transport();

        assertThrows(
                IllegalStateException.class, () -> net.network().startTls(plain, client, ANYBODY, false, new byte[0]));
        assertTrue(plain.loop() instanceof IoLoop);
    }
}
