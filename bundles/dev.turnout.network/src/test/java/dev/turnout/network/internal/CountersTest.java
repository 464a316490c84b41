// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.network.dto.VersionDTO;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.core.Loops;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Level;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators can read: counters per server and version, events, log lines, and what the flight recorder has. */
class CountersTest {

    private final Loops loops = new Loops(2, "counters", SelectorProvider.provider());
    private final Core core = new Core(loops);
    private final List<SwitchEvent> events = new CopyOnWriteArrayList<>();
    private final Old old = new Old();
    private final New better = new New();
    private final List<LineClient> clients = new ArrayList<>();

    @TempDir
    Path folder;

    /** Two classes, as outside a framework the class of a factory is its version. */
    private static class Old implements ProtocolFactory {
        final Tally tally = new Tally("o");

        @Override
        public Tally.Session newProtocol(ProtocolContext context) {
            return (Tally.Session) tally.newProtocol(context);
        }
    }

    private static class New extends Old {}

    CountersTest() {
        core.addTransport("tcp", new TcpProvider(), Map.of());
        core.addListener(events::add);
    }

    @AfterEach
    void close() throws IOException {
        for (LineClient client : clients) {
            client.close();
        }
        core.close();
        loops.close();
    }

    private ConfiguredServer configured() {
        ConfiguredServer server = new ConfiguredServer(core, "test");
        get(server.update(Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "tally", "drain.deadline", "1m")));
        return server;
    }

    private LineClient connect(ConfiguredServer server) throws IOException {
        LineClient client = new LineClient(TestNetwork.port(server.entry().server()));
        clients.add(client);
        assertEquals("o1:x", client.ask("x"));
        return client;
    }

    private void add(ProtocolFactory factory, int ranking) {
        core.addProtocol("tally", factory, Map.of("service.ranking", ranking));
    }

    private ServerDTO picture() {
        return get(core.snapshot()).servers[0];
    }

    private VersionDTO version(Class<?> factory) {
        return Arrays.stream(picture().versions)
                .filter(version -> version.bundle.equals(factory.getName()))
                .findFirst()
                .orElseThrow();
    }

    private long count(Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    // --- counters

    @Test
    @Spec("SWITCH-55")
    void showsTheVersionInChargeBeforeTheFirstConnection() {
        add(old, 0);
        configured();

        VersionDTO version = version(Old.class);

        assertTrue(version.inCharge);
        assertEquals("tally", version.protocol);
        assertEquals(0, version.connections);
    }

    @Test
    @Spec("SWITCH-55")
    void countsConnectionsAndSwitchesPerVersion() throws IOException {
        add(old, 0);
        ConfiguredServer server = configured();
        connect(server);
        connect(server);

        add(better, 1);
        until("both are switched", () -> version(New.class).switchedTo == 2);

        VersionDTO before = version(Old.class);
        assertEquals(List.of(false, 0, 2L), List.of(before.inCharge, before.connections, before.begun));
        VersionDTO after = version(New.class);
        assertEquals(List.of(true, 2, 0L), List.of(after.inCharge, after.connections, after.begun));
        assertEquals(2, picture().switched);
        assertEquals(0, picture().failed + picture().rolledBack + picture().lost + picture().parked);
    }

    @Test
    @Spec("SWITCH-55")
    void countsWhatCouldNotBeSwitchedAndWhatWasTakenBack() throws IOException {
        add(old, 0);
        ConfiguredServer server = configured();
        connect(server);

        better.tally.on("takeOver 1", () -> {
            throw new IllegalStateException("not today");
        });
        add(better, 1);
        until("it is taken back", () -> picture().rolledBack == 1);
        old.tally.on("handOver 1", () -> {
            throw new IllegalStateException("not at all");
        });
        add(new New() {}, 2);
        until("it is refused", () -> picture().failed == 1);

        assertEquals(0, picture().switched);
        assertEquals(1, version(Old.class).connections);
    }

    @Test
    @Spec("SWITCH-55")
    void countsParkedConnectionsUntilTheirProtocolIsBack() throws IOException {
        add(old, 0);
        ConfiguredServer server = configured();
        connect(server);

        core.removeProtocol(old, true);

        assertEquals(1, picture().parked);
        assertEquals(0, version(Old.class).connections);

        add(better, 0);
        until("it goes on", () -> picture().parked == 0 && version(New.class).connections == 1);
        assertEquals(1, picture().switched);
    }

    @Test
    @Spec("SWITCH-55")
    void tellsTheTimeLeftOfADrainUntilItsLastConnectionEnds() throws IOException {
        add(old, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        long before = System.currentTimeMillis();

        core.drain("test", Duration.ofMinutes(5));
        until("it drains", () -> version(Old.class).drainsUntil > 0);

        long until = version(Old.class).drainsUntil;
        assertTrue(until >= before + 300_000 && until <= System.currentTimeMillis() + 300_000, "until " + until);
        client.close();
        until("the drain is over", () -> count(Kind.DRAIN_ENDED) == 1);
        until("it is forgotten", () -> version(Old.class).drainsUntil == 0);
    }

    @Test
    @Spec("SWITCH-55")
    void tellsNoDrainOfConnectionsThatCameAfterIt() throws IOException {
        add(old, 0);
        ConfiguredServer server = configured();
        LineClient early = connect(server);
        core.drain("test", Duration.ofMinutes(5));
        until("it drains", () -> version(Old.class).drainsUntil > 0);
        get(core.resume("test"));
        connect(server);

        early.close();
        until("the drain is over", () -> count(Kind.DRAIN_ENDED) == 1);

        until("the late one is left", () -> version(Old.class).connections == 1);
        assertEquals(0, version(Old.class).drainsUntil);
    }

    // --- events and log

    @Test
    @Spec("SWITCH-56")
    void tellsAndLogsEachSwitchWithConnectionAndBothVersions() throws IOException {
        try (LogLines log = new LogLines(Level.FINE)) {
            add(old, 0);
            ConfiguredServer server = configured();
            connect(server);

            add(better, 1);
            until("it is told", () -> count(Kind.SWITCHED) == 1);
            until(
                    "the sweep is logged",
                    () -> log.at(Level.INFO).stream().anyMatch(line -> line.contains("1 switched")));

            SwitchEvent event = events.get(0);
            assertEquals("test", event.server());
            assertEquals(get(core.snapshot()).connections[0].id, event.connection());
            String line = log.at(Level.FINE).stream()
                    .filter(one -> one.contains("switched"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(
                    line.startsWith("server test: switched, connection " + event.connection() + " from " + event.from()
                            + " to " + event.to() + " in "),
                    line);
        }
    }

    @Test
    @Spec("SWITCH-56")
    void tellsAndLogsRollBacksDrainsAndDeadlines() throws IOException {
        try (LogLines log = new LogLines(Level.FINE)) {
            add(old, 0);
            ConfiguredServer server = configured();
            LineClient client = connect(server);
            better.tally.on("takeOver 1", () -> {
                throw new IllegalStateException("not today");
            });
            add(better, 1);
            until("it is taken back", () -> count(Kind.ROLLED_BACK) == 1);

            get(core.drain("test", Duration.ofMillis(50)));

            assertEquals("", client.read());
            until("all is told", () -> count(Kind.DRAIN_ENDED) == 1);
            assertEquals(1, count(Kind.DRAIN_BEGUN));
            assertEquals(1, count(Kind.DEADLINE));
            String told = String.join("\n", log.at(Level.INFO));
            for (String part : List.of("drain begun, 1 connection", "deadline, ", "drain ended, 0 connections")) {
                assertTrue(told.contains("server test: " + part), told);
            }
            assertTrue(
                    log.at(Level.FINE).stream()
                            .anyMatch(line -> line.contains("rolled back") && line.endsWith("not today")),
                    log.at(Level.FINE)::toString);
        }
    }

    // --- the flight recorder

    @Test
    @Spec("SWITCH-56")
    void recordsSwitchParkingAndRollBackInTheFlightRecorder() throws IOException {
        Path file = folder.resolve("switches.jfr");
        List<RecordedEvent> recorded;
        try (Recording recording = new Recording()) {
            recording.enable("dev.turnout.Switch");
            recording.start();
            add(old, 0);
            ConfiguredServer server = configured();
            LineClient client = connect(server);
            client.send("half");
            add(better, 1);
            until("it is switched", () -> count(Kind.SWITCHED) == 1);
            core.removeProtocol(old, true);
            core.removeProtocol(better, true);
            until("it is parked", () -> count(Kind.PARKED) == 1);
            add(better, 1);
            until("it goes on", () -> count(Kind.RESUMED) == 1);
            old.tally.on("takeOver 1", () -> {
                throw new IllegalStateException("not today");
            });
            add(old, 2);
            until("it is taken back", () -> count(Kind.ROLLED_BACK) == 1);

            recording.stop();
            recording.dump(file);
        }
        recorded = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.turnout.Switch"))
                .toList();

        assertEquals(
                List.of("SWITCHED", "PARKED", "RESUMED", "ROLLED_BACK"),
                recorded.stream().map(event -> event.getString("kind")).toList());
        for (int i = 0; i < recorded.size(); i++) {
            SwitchEvent told = events.get(i);
            RecordedEvent event = recorded.get(i);
            assertEquals("test", event.getString("server"));
            assertEquals(told.connection(), event.getLong("connection"));
            assertEquals(1, event.getInt("connections"));
            assertEquals(told.from(), event.getString("from"));
            assertEquals(told.to(), event.getString("to"));
            assertEquals(told.unread(), event.getInt("unread"));
            assertEquals(Duration.ofNanos(told.nanos()), event.getDuration("pause"));
            assertEquals(told.reason(), event.getString("reason"));
        }
        assertEquals("not today", recorded.get(3).getString("reason"));
        assertTrue(recorded.get(0).getDuration("pause").toNanos() > 0);
    }
}
