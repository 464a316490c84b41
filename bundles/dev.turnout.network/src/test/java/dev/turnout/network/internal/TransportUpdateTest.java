// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.VersionDTO;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.core.Loops;
import dev.turnout.network.ShiftFilter;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transport's service leaves and another one of its scheme comes. */
class TransportUpdateTest {

    private final Loops loops = new Loops(2, "update", SelectorProvider.provider());
    private final Core core = new Core(loops);
    private final TransportProvider tcp = new TcpProvider();

    TransportUpdateTest() {
        core.addTransport("tcp", tcp, Map.of());
        core.addProtocol("tally", new Tally("a"), Map.of());
    }

    @AfterEach
    void close() {
        core.close();
        loops.close();
    }

    private ConfiguredServer configured(String... pairs) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("endpoint", "tcp://127.0.0.1:0");
        properties.put("protocol", "tally");
        for (int i = 0; i < pairs.length; i += 2) {
            properties.put(pairs[i], pairs[i + 1]);
        }
        ConfiguredServer server = new ConfiguredServer(core, "test");
        get(server.update(properties));
        return server;
    }

    private static int port(ConfiguredServer server) {
        return TestNetwork.port(server.entry().server());
    }

    @Test
    @Spec("SWITCH-48")
    void keepsTheListeningSocketForTheNextVersion() throws IOException {
        ConfiguredServer server = configured();
        int port = port(server);

        core.removeTransport(tcp, false);
        try (LineClient waiting = new LineClient(port)) {
            waiting.send("x\n");
            core.addTransport("tcp", new TcpProvider(), Map.of());

            assertEquals("a1:x", waiting.read());
            assertEquals(port, port(server));
        }
    }

    @Test
    @Spec("SWITCH-48")
    void letsConnectionsGoOnUnderTheNextVersion() throws IOException {
        ConfiguredServer server = configured("drain.deadline", "100ms");
        try (LineClient client = new LineClient(port(server));
                LineClient other = new LineClient(port(server))) {
            assertEquals("a1:x", client.ask("x"));

            core.removeTransport(tcp, false);
            assertEquals("a2:y", client.ask("y"));
            TransportProvider next = new TcpProvider();
            core.addTransport("tcp", next, Map.of());
            until("they are given to it", () -> belongsTo(next));
            assertEquals("a1:z", other.ask("z"));

            // a drain that went on would close them
            until("the deadline is over", () -> told("DRAIN_ENDED") == 1);
            assertEquals("a3:z", client.ask("z"));
        }
    }

    /** Is a client of the filter, by hand: its server greets with an s, and so does this side. */
    private static LineClient behindFilter(ConfiguredServer server) throws IOException {
        LineClient client = new LineClient(port(server));
        client.send("s");
        return client;
    }

    @Test
    @Spec("SWITCH-48")
    void letsConnectionsWithFiltersGoOnUnderTheNextVersion() throws IOException {
        core.addFilter("shift", new ShiftFilter.Provider("shift"), Map.of());
        ConfiguredServer server = configured("endpoint", "shift+tcp://127.0.0.1:0?shift.by=0", "drain.deadline", "10s");
        try (LineClient client = behindFilter(server)) {
            assertEquals("sa1:x", client.ask("x"));

            core.removeTransport(tcp, true); // would wait for a drain
            TransportProvider next = new TcpProvider();
            core.addTransport("tcp", next, Map.of());

            until(
                    "the drain has ended, without the connection",
                    () -> core.events.latest().stream()
                            .anyMatch(event -> event.kind().name().equals("DRAIN_ENDED")));
            assertEquals("a2:y", client.ask("y"));
            assertTrue(core.sessions.values().stream().allMatch(session -> session.origin.provider == next));
        }
    }

    @Test
    @Spec("SWITCH-50")
    void drainsConnectionsWhoseFilterHasLeftThoughANextTransportComes() throws IOException {
        FilterProvider filter = new ShiftFilter.Provider("shift");
        core.addFilter("shift", filter, Map.of());
        ConfiguredServer server =
                configured("endpoint", "shift+tcp://127.0.0.1:0?shift.by=0", "drain.deadline", "300ms");
        try (LineClient client = behindFilter(server)) {
            assertEquals("sa1:x", client.ask("x"));

            core.removeFilter(filter, false);
            core.removeTransport(tcp, false);
            core.addTransport("tcp", new TcpProvider(), Map.of());
            core.addFilter("shift", new ShiftFilter.Provider("shift"), Map.of());

            assertEquals("", client.read());
        }
    }

    @Test
    @Spec("SWITCH-48")
    void letsAnOperatorsDrainGoOnWithItsOwnDeadline() throws IOException {
        CompletionStage<Void> drained;
        try (LineClient client = new LineClient(port(configured("drain.deadline", "1h")))) {
            assertEquals("a1:x", client.ask("x"));
            drained = core.drain("test", Duration.ofMinutes(1));
            long latest = System.currentTimeMillis() + 60_000;
            until("it drains", () -> told("DRAIN_BEGUN") == 1);

            core.removeTransport(tcp, false);
            TransportProvider next = new TcpProvider();
            core.addTransport("tcp", next, Map.of());
            until("the connection is given to it", () -> belongsTo(next));
            VersionDTO version = get(core.snapshot()).servers[0].versions[0];

            assertEquals("a2:y", client.ask("y"));
            assertFalse(drained.toCompletableFuture().isDone());
            assertTrue(version.drainsUntil <= latest, "not the transport's deadline");
            assertTrue(version.drainsUntil > 0, "the drain is told");
        }
        get(drained);
        assertEquals(0, told("DEADLINE"));
    }

    @Test
    @Spec("SWITCH-48")
    void closesAtAnOperatorsDeadlineThatComesAfterTheNextVersion() throws IOException {
        try (LineClient client = new LineClient(port(configured("drain.deadline", "1h")))) {
            assertEquals("a1:x", client.ask("x"));
            CompletionStage<Void> drained = core.drain("test", Duration.ofMillis(300));

            core.removeTransport(tcp, false);
            core.addTransport("tcp", new TcpProvider(), Map.of());

            assertEquals("", client.read());
            get(drained);
        }
        assertEquals(1, told("DEADLINE"));
    }

    @Test
    @Spec("SWITCH-48")
    void keepsAnOperatorsDeadlineThatComesBeforeTheNextVersion() throws IOException {
        try (LineClient client = new LineClient(port(configured("drain.deadline", "1m")))) {
            assertEquals("a1:x", client.ask("x"));
            CompletionStage<Void> drained = core.drain("test", Duration.ofMillis(300));

            core.removeTransport(tcp, false);

            assertEquals("", client.read());
            get(drained);
        }
    }

    @Test
    @Spec("SWITCH-50")
    void closesConnectionsWhenNoNextVersionComesWhateverAnOperatorGaveThem() throws IOException {
        try (LineClient client = new LineClient(port(configured("drain.deadline", "100ms")))) {
            assertEquals("a1:x", client.ask("x"));
            CompletionStage<Void> drained = core.drain("test", Duration.ofMinutes(1));

            core.removeTransport(tcp, false);

            assertEquals("", client.read());
            get(drained);
        }
    }

    @Test
    void takesADrainThatBeginsWhileTheTransportIsAway() throws IOException {
        try (LineClient client = new LineClient(port(configured("drain.deadline", "1m")))) {
            assertEquals("a1:x", client.ask("x"));

            core.removeTransport(tcp, false);
            CompletionStage<Void> drained = core.drain("test", Duration.ofMillis(400));
            TransportProvider next = new TcpProvider();
            core.addTransport("tcp", next, Map.of());
            until("the connection is given to it", () -> belongsTo(next));

            assertEquals("", client.read());
            get(drained);
        }
    }

    private boolean belongsTo(TransportProvider provider) {
        return core.sessions.values().stream().allMatch(session -> session.origin.provider == provider);
    }

    private long told(String kind) {
        return core.events.latest().stream()
                .filter(event -> event.kind().name().equals(kind))
                .count();
    }

    @Test
    @Spec("SWITCH-50")
    void closesSocketAndConnectionsWhenNoNextVersionComes() throws IOException {
        ConfiguredServer server = configured("drain.deadline", "50ms", "park.timeout", "50ms");
        int port = port(server);
        try (LineClient client = new LineClient(port)) {
            assertEquals("a1:x", client.ask("x"));

            core.removeTransport(tcp, true);

            assertEquals("", client.read());
        }
        until("connects are refused", () -> {
            try (LineClient late = new LineClient(port)) {
                return late == null;
            } catch (ConnectException e) {
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        until("nothing is left", () -> core.sessions.isEmpty() && core.servers.isEmpty());
    }

    @Test
    @Spec("SWITCH-43")
    void refusesConnectsAtOnceIfConfigured() {
        ConfiguredServer server = configured("absence", "refuse");
        int port = port(server);

        core.removeTransport(tcp, false);

        assertThrows(ConnectException.class, () -> new LineClient(port).close());
    }

    @Test
    @Spec("SWITCH-48")
    void keepsTheSocketsOfAllAddresses() throws IOException {
        ConfiguredServer server = configured("endpoint", "tcp://localhost:0");
        int sockets = picture();

        core.removeTransport(tcp, false);
        core.addTransport("tcp", new TcpProvider(), Map.of());
        get(server.reconsider());

        assertEquals(sockets, picture());
    }

    private int picture() {
        return get(core.snapshot()).servers[0].sockets.length;
    }

    @Test
    @Spec("SWITCH-48")
    void bindsAnewWhatDidNotListenYet() {
        ConfiguredServer server = configured("start.serving", "false");
        assertEquals("bound", get(core.snapshot()).servers[0].state);

        core.removeTransport(tcp, false);
        core.addTransport("tcp", new TcpProvider(), Map.of());
        get(server.reconsider());

        assertEquals(1, picture());
    }

    @Test
    @Spec({"SWITCH-48", "UNIX-6"})
    void keepsTheFileOfAUnixSocketAndRemovesItInTheEnd(@TempDir Path folder) {
        Path path = folder.resolve("s");
        UnixProvider unix = new UnixProvider();
        core.addTransport("unix", unix, Map.of());
        ConfiguredServer server = configured("endpoint", "unix:" + path);

        core.removeTransport(unix, false);
        assertTrue(Files.exists(path));
        core.addTransport("unix", new UnixProvider(), Map.of());
        get(server.reconsider());
        assertEquals("serving", get(core.snapshot()).servers[0].state);
        get(server.close());

        assertTrue(Files.notExists(path));
    }
}
