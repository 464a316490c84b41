// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredServerTest {

    /** Answers each chunk with a mark before it. */
    private record Marking(String mark) implements ProtocolFactory {

        @Override
        public Protocol newProtocol(ProtocolContext context) {
            String answer = mark + context.options().getOrDefault("suffix", "");
            return new Protocol() {
                private Transport transport;

                @Override
                public void connectionMade(BaseTransport made) {
                    transport = (Transport) made;
                }

                @Override
                public void dataReceived(ByteBuffer data) {
                    transport.write((answer + "!").getBytes(StandardCharsets.US_ASCII));
                }
            };
        }

        @Override
        public void validate(Map<String, String> options) {
            if (options.containsKey("wrong")) {
                throw new IllegalArgumentException("protocol.wrong is wrong");
            }
        }
    }

    private final Loops loops = new Loops(2, "conf", SelectorProvider.provider());
    private final Core core = new Core(loops);
    private final TransportProvider tcp = new TcpProvider();
    private final Marking first = new Marking("a");

    ConfiguredServerTest() {
        core.addTransport("tcp", tcp, Map.of());
        core.addTransport("unix", new UnixProvider(), Map.of());
        core.addProtocol("mark", first, Map.of());
    }

    @AfterEach
    void close() {
        core.close();
        loops.close();
    }

    private static Map<String, Object> configuration(String... pairs) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("service.pid", "dev.turnout.server~test");
        properties.put("felix.fileinstall.filename", "file:/etc/dev.turnout.server~test.cfg");
        properties.put("endpoint", "tcp://127.0.0.1:0");
        properties.put("protocol", "mark");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    private ConfiguredServer configured(String... pairs) {
        ConfiguredServer server = new ConfiguredServer(core, "test");
        get(server.update(configuration(pairs)));
        return server;
    }

    private static int port(ConfiguredServer server) {
        return TestNetwork.port(server.entry().server());
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout((int) TestNetwork.DEADLINE.toMillis());
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TestNetwork.DEADLINE.toMillis());
        return socket;
    }

    private static String ask(Socket socket) throws IOException {
        socket.getOutputStream().write('x');
        StringBuilder answer = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c != '!';
                c = socket.getInputStream().read()) {
            assertTrue(c >= 0, "the connection ended");
            answer.append((char) c);
        }
        return answer.toString();
    }

    private static String askAnew(int port) throws IOException {
        try (Socket socket = connect(port)) {
            return ask(socket);
        }
    }

    private NetworkDTO snapshot() {
        return get(core.snapshot());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void servesAsConfigured() throws IOException {
        ConfiguredServer server = configured("protocol.suffix", "1", "backlog", "7");

        assertEquals("a1", askAnew(port(server)));

        assertEquals("test", snapshot().servers[0].name);
        assertEquals("mark", snapshot().servers[0].protocol);
        assertEquals("serving", snapshot().servers[0].state);
        assertEquals(1, snapshot().servers[0].accepted);
        assertEquals("test", snapshot().protocols[0].servers[0]);
        assertEquals(0, snapshot().failed.length);
    }

    @Test
    void changesLiveOptionsWithoutTouchingTheListener() throws IOException {
        ConfiguredServer server = configured();
        int port = port(server);
        ServerEntry entry = server.entry();
        try (Socket early = connect(port)) {
            assertEquals("a", ask(early));

            get(server.update(configuration("max.connections", "1", "protocol.suffix", "2")));

            assertSame(entry, server.entry());
            assertEquals("a", ask(early), "a connection in being keeps its protocol");
            try (Socket late = connect(port)) {
                late.getOutputStream().write('x');
                assertEquals("a", ask(early), "whoever is accepted first is answered first");
                assertEquals(1, entry.server().connections(), "the limit holds");
                early.shutdownOutput();
                assertEquals("a2", ask(late));
            }
        }
    }

    @Test
    void aWrongFileStaysReportedWhateverComesAndGoes() throws IOException {
        ConfiguredServer server = configured();
        get(server.update(configuration("max.connections", "many")));

        core.addProtocol("mark", new Marking("b"), Map.of("service.ranking", 1));
        get(server.reconsider());

        assertEquals("max.connections", snapshot().failed[0].property);
        assertEquals("b", askAnew(port(server)), "what was open follows its protocol all the same");
        get(server.update(configuration()));
        assertEquals(0, snapshot().failed.length);
    }

    @Test
    void anOptionThatANewVersionRefusesStaysReported() {
        core.removeProtocol(first, false);
        ConfiguredServer server = configured("protocol.wrong", "1");

        core.addProtocol("mark", first, Map.of());
        get(server.reconsider());

        assertEquals("protocol.wrong", snapshot().failed[0].property);
    }

    @Test
    void whatIsWrongStaysReportedWhileItOpensByItsFormerSettings() throws IOException {
        ConfiguredServer server = configured("protocol", "late", "absence", "refuse");
        get(server.update(configuration("protocol.wrong", "1", "absence", "refuse")));
        assertNull(server.entry());

        core.addProtocol("late", new Marking("l"), Map.of());
        TestNetwork.until("it listens", () -> server.entry() != null);
        get(server.limitAgain()); // comes after all that follows from it

        assertEquals("protocol.wrong", snapshot().failed[0].property);
        assertEquals("l", askAnew(port(server)));
    }

    @Test
    void anAddressOfAnotherMachineDoesNotTouchTheListener() throws IOException {
        int port = freePort();
        ConfiguredServer server = configured("endpoint", "tcp://127.0.0.1:" + port);
        ServerEntry entry = server.entry();

        get(server.update(configuration("endpoint", "tcp://192.0.2.1:" + port)));
        get(server.reconsider());

        assertSame(entry, server.entry());
        assertEquals("tcp://192.0.2.1:" + port, snapshot().failed[0].value);
        assertEquals("a", askAnew(port));
    }

    @Test
    void rebindsForANewBacklogAndKeepsConnections() throws IOException {
        int port = freePort();
        ConfiguredServer server = configured("endpoint", "tcp://127.0.0.1:" + port);
        try (Socket early = connect(port)) {
            assertEquals("a", ask(early));
            ServerEntry before = server.entry();

            get(server.update(configuration("endpoint", "tcp://127.0.0.1:" + port, "backlog", "9")));

            assertNotSame(before, server.entry());
            assertNull(server.failure());
            assertEquals("a", ask(early));
            assertEquals("a", askAnew(port));
        }
    }

    @Test
    void movesToAnotherAddressAndGivesTheOldOneUp() throws IOException {
        ConfiguredServer server = configured();
        int old = port(server);
        int port = freePort();

        get(server.update(configuration("endpoint", "tcp://127.0.0.1:" + port)));

        assertEquals("a", askAnew(port));
        try (ServerSocket again = new ServerSocket(old, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(old, again.getLocalPort());
        }
    }

    @Test
    void anAddressThatAnotherProcessGivesUpIsTriedAgain() throws IOException {
        ConfiguredServer server;
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            server = configured("endpoint", "tcp://127.0.0.1:" + port);
            assertTrue(
                    server.failure().reason().contains("tried again"),
                    server.failure().reason());
        }

        TestNetwork.until("it listens", () -> server.entry() != null);

        assertEquals("a", askAnew(port));
        assertNull(server.failure());
    }

    @Test
    void keepsTheOldListenerIfTheNewAddressIsTaken() throws IOException {
        ConfiguredServer server = configured();
        int port = port(server);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String endpoint = "tcp://127.0.0.1:" + taken.getLocalPort();

            get(server.update(configuration("endpoint", endpoint)));

            assertEquals("a", askAnew(port));
            assertEquals("endpoint", snapshot().failed[0].property);
            assertEquals(endpoint, snapshot().failed[0].value);
            assertTrue(snapshot().failed[0].reason.contains("in use"), snapshot().failed[0].reason);
        }
    }

    @Test
    void comesBackToTheOldListenerIfItHadToCloseFirst() throws IOException {
        int port = freePort();
        ConfiguredServer server = configured("endpoint", "tcp://127.0.0.1:" + port);
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.2"))) {
            String endpoint = "tcp://127.0.0.2:" + taken.getLocalPort();

            get(server.update(configuration("endpoint", endpoint)));

            assertEquals("a", askAnew(port));
            assertEquals(endpoint, snapshot().failed[0].value);
            ServerEntry entry = server.entry();
            get(server.reconsider());
            assertSame(entry, server.entry(), "it is closed once for that, not at every occasion");
        }
    }

    @Test
    void leavesTheListenerAloneForAWrongValueAndReportsIt() throws IOException {
        ConfiguredServer server = configured();
        ServerEntry entry = server.entry();

        get(server.update(configuration("backlog", "many")));

        assertSame(entry, server.entry());
        assertEquals("a", askAnew(port(server)));
        assertEquals("test", snapshot().failed[0].name);
        assertEquals("backlog", snapshot().failed[0].property);
        assertEquals("many", snapshot().failed[0].value);
        assertTrue(snapshot().failed[0].reason.contains("whole number"));

        get(server.update(configuration("backlog", "100")));
        assertEquals(0, snapshot().failed.length);
    }

    @Test
    void reportsEachKindOfWrongValueWithItsProperty() {
        assertEquals("endpoint", configured("endpoint", "nonsense").failure().property());
        assertEquals("endpoint", configured("endpoint", "").failure().property());
        assertEquals("protocol", configured("protocol", "").failure().property());
        assertEquals(
                "maxconnections", configured("maxconnections", "1").failure().property());
        assertEquals(
                "endpoint",
                configured("endpoint", "tcp://127.0.0.1:0?nope=1").failure().property());
        assertEquals(
                "protocol.wrong", configured("protocol.wrong", "1").failure().property());
    }

    @Test
    void reportsATransportThatIsMissingAndServesWhenItIsThere() throws IOException {
        core.removeTransport(tcp, true);
        ConfiguredServer server = configured();
        assertTrue(server.failure().reason().contains("install feature turnout-tcp"));

        core.addTransport("tcp", tcp, Map.of());
        get(server.reconsider());

        assertNull(server.failure());
        assertEquals("a", askAnew(port(server)));
    }

    @Test
    @Spec("SWITCH-50")
    void closesTheListenerWhenItsTransportLeaves() throws IOException {
        ConfiguredServer server = configured("departure", "close");
        int port = port(server);
        try (Socket socket = connect(port)) {
            assertEquals("a", ask(socket));

            core.removeTransport(tcp, true);

            assertEquals(-1, socket.getInputStream().read(), "its connections end");
        }
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(port, again.getLocalPort());
        }
        get(server.reconsider());
        assertNotNull(server.failure());
        TestNetwork.until("nothing is left", () -> snapshot().connections.length == 0);
        assertTrue(
                Arrays.stream(snapshot().switches).noneMatch(event -> event.kind.equals("DEADLINE")),
                "they were closed at once, as configured");
    }

    @Test
    @Spec("SWITCH-46")
    void usesABetterRankedFactoryForNewConnections() throws IOException {
        ConfiguredServer server = configured();
        try (Socket early = connect(port(server))) {
            assertEquals("a", ask(early));
            Marking better = new Marking("b");

            core.addProtocol("mark", better, Map.of("service.ranking", 1));
            get(server.reconsider());

            assertEquals("b", askAnew(port(server)));
            assertEquals("a", ask(early));

            core.removeProtocol(better, false);
            assertEquals("a", askAnew(port(server)));
        }
    }

    @Test
    void closesWhenItsConfigurationIsGoneAndTheAddressIsFreeAtOnce() throws IOException {
        int port = freePort();
        String endpoint = "tcp://127.0.0.1:" + port;

        for (int i = 0; i < 20; i++) {
            ConfiguredServer server = configured("endpoint", endpoint);
            assertNull(server.failure());
            assertEquals("a", askAnew(port));
            // the next one does not wait for the end of this one
            server.close();
        }

        ConfiguredServer last = configured("endpoint", endpoint);
        assertNull(last.failure());
    }

    @Test
    void opensAsSoonAsAnotherConfigurationGivesTheAddressUp() throws IOException {
        int port = freePort();
        ConfiguredServer holder = configured("endpoint", "tcp://127.0.0.1:" + port);
        ConfiguredServer waiting = new ConfiguredServer(core, "waiting");
        get(waiting.update(configuration("endpoint", "tcp://127.0.0.1:" + port, "protocol.suffix", "2")));
        assertNotNull(waiting.failure());

        get(holder.close());

        TestNetwork.until("the address is taken over", () -> waiting.failure() == null);
        assertEquals("a2", askAnew(port));
    }

    @Test
    void replacesAUnixServerAtItsPath(@TempDir Path folder) {
        Path path = folder.resolve("s");
        ConfiguredServer server = configured("endpoint", "unix:" + path);
        ServerEntry before = server.entry();

        get(server.update(configuration("endpoint", "unix:" + path, "backlog", "9")));

        assertNotSame(before, server.entry());
        assertTrue(Files.exists(path));
        get(server.close());
        assertTrue(Files.notExists(path));
    }

    @Test
    void survivesProtocolsThatComeAndGoRapidly() throws IOException {
        ConfiguredServer server = configured();
        int port = port(server);
        core.removeProtocol(first, true);

        for (int i = 0; i < 100; i++) {
            Marking passing = new Marking("p");
            core.addProtocol("mark", passing, Map.of());
            core.removeProtocol(passing, true);
        }
        core.addProtocol("mark", first, Map.of());

        assertEquals("a", askAnew(port));
    }

    @Test
    void namesServersByTheirConfiguration() {
        assertEquals("echo", ServerComponent.name(Map.of("service.pid", "dev.turnout.server~echo")));
        assertEquals("1234", ServerComponent.name(Map.of("service.pid", "dev.turnout.server.1234")));
        assertEquals("other", ServerComponent.name(Map.of("service.pid", "other")));
    }
}
