// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.core.Loops;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections of configured servers follow the services of their protocol. */
class SwitchingTest {

    private final Loops loops = new Loops(2, "switch", SelectorProvider.provider());
    private final Core core = new Core(loops);
    private final List<SwitchEvent> events = new CopyOnWriteArrayList<>();
    private final Tally first = new Tally("a");
    private final List<LineClient> clients = new ArrayList<>();

    SwitchingTest() {
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

    private static Map<String, Object> configuration(String... pairs) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("endpoint", "tcp://127.0.0.1:0");
        properties.put("protocol", "tally");
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

    private LineClient connect(ConfiguredServer server) throws IOException {
        LineClient client = new LineClient(TestNetwork.port(server.entry().server()));
        clients.add(client);
        return client;
    }

    private void add(ProtocolFactory factory, int ranking) {
        core.addProtocol("tally", factory, Map.of("service.ranking", ranking));
    }

    private ServerDTO picture() {
        return get(core.snapshot()).servers[0];
    }

    private List<Kind> kinds() {
        return events.stream().map(SwitchEvent::kind).toList();
    }

    // --- in place: the service goes and comes back

    @Test
    @Spec({"SWITCH-40", "SWITCH-61", "SWITCH-62", "SWITCH-17", "SWITCH-18"})
    void handsConnectionsOverWhenTheServiceGoesAndComesBack() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        client.send("tw");
        assertEquals("a2:two", client.ask("o"));
        client.send("thr");
        until("the protocol has the bytes", () -> picture().connections == 1);

        core.removeProtocol(first, true);
        assertEquals(1, server.counters.parked.get());
        client.send("ee\nfour\n");
        Tally second = new Tally("b");
        add(second, 0);

        assertEquals("b3:three", client.read());
        assertEquals("b4:four", client.read());
        assertEquals(List.of("connectionMade", "handOver 1"), first.calls);
        assertEquals(List.of("takeOver 1"), second.calls);
        assertEquals(0, server.counters.parked.get());
    }

    @Test
    @Spec({"SWITCH-43", "SWITCH-44", "SWITCH-47"})
    void parksNewConnectionsUntilTheServiceComes() throws IOException {
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        client.send("one\n");
        until("it is parked", () -> server.counters.parked.get() == 1);
        assertEquals("waiting for its protocol", picture().state);

        add(first, 0);

        assertEquals("a1:one", client.read());
        assertEquals("a2:two", client.ask("two"));
        assertEquals(List.of("connectionMade"), first.calls);
    }

    @Test
    @Spec({"SWITCH-45", "SWITCH-61"})
    void pausesAcceptingAtTheLimitOfParkedConnections() throws IOException {
        ConfiguredServer server = configured("park.connections", "2");
        List<LineClient> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            LineClient client = connect(server);
            client.send("x\n");
            all.add(client);
        }
        until("two are parked", () -> server.counters.parked.get() == 2);
        assertEquals(2, server.entry().server().connections());

        add(first, 0);

        for (LineClient client : all) {
            assertEquals("a1:x", client.read());
        }
    }

    @Test
    @Spec("SWITCH-45")
    void closesParkedConnectionsAtTheTimeLimit() throws IOException {
        ConfiguredServer server = configured("park.timeout", "50ms");
        LineClient client = connect(server);

        assertEquals("", client.read());

        until("it is told", () -> kinds().contains(Kind.EXPIRED));
        until("it is parked no more", () -> server.counters.parked.get() == 0);
        assertEquals(1, server.counters.lost.get());
    }

    @Test
    @Spec("SWITCH-45")
    void limitsParkingAnewWhenItsTimeLimitIsChanged() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.timeout", "1h");
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));
        core.removeProtocol(first, true);

        get(server.update(configuration("park.timeout", "50ms")));

        assertEquals("", client.read());
        until("it is told", () -> kinds().contains(Kind.EXPIRED));
    }

    @Test
    @Spec("SWITCH-45")
    void countsThoseWhoseProtocolHasLeftAsParked() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.connections", "2", "park.timeout", "1h");
        connect(server).ask("x");
        connect(server).ask("x");
        core.removeProtocol(first, true);

        LineClient late = connect(server);
        for (int turns = 0; turns < 50; turns++) {
            get(core.snapshot());
            assertEquals(2, server.entry().server().connections());
        }
        add(first, 0);

        assertEquals("a1:y", late.ask("y"));
    }

    @Test
    @Spec("SWITCH-43")
    void refusesConnectsWhileTheServiceIsMissingIfConfigured() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("absence", "refuse");
        int port = TestNetwork.port(server.entry().server());
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));

        core.removeProtocol(first, true);

        assertThrows(ConnectException.class, () -> new LineClient(port).close());
        assertEquals(
                "refusing until its protocol is there",
                get(core.snapshot()).servers[0].sockets.length == 0
                        ? List.of(get(core.snapshot()).servers).stream()
                                .map(one -> one.state)
                                .filter(state -> state.startsWith("refusing"))
                                .findAny()
                                .orElse("")
                        : "");

        add(new Tally("b"), 0);
        until("it listens again", () -> server.entry() != null);
        assertEquals("b2:y", client.ask("y"));
        assertEquals("b1:z", connect(server).ask("z"));
    }

    @Test
    @Spec("SWITCH-60")
    void goesBackToAnOlderVersionWhileParked() throws IOException {
        Tally newer = new Tally("n", 1, 3);
        Tally older = new Tally("o", 1, 2);
        add(newer, 0);
        LineClient client = connect(configured());
        assertEquals("n1:one", client.ask("one"));
        client.send("tw");

        core.removeProtocol(newer, true);
        add(older, 0);

        assertEquals("o2:two", client.ask("o"));
        assertEquals(List.of("takeOver 2"), older.calls);
    }

    // --- side by side

    @Test
    @Spec({"SWITCH-40", "SWITCH-46"})
    void switchesOpenConnectionsToABetterServiceAndBack() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));

        Tally better = new Tally("b");
        add(better, 1);
        until("it is switched", () -> better.calls.contains("takeOver 1"));
        assertEquals("b2:two", client.ask("two"));
        assertEquals("b1:new", connect(server).ask("new"));
        core.removeProtocol(better, true);

        assertEquals("a3:three", client.ask("three"));
        assertFalse(kinds().contains(Kind.PARKED));
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-40", "SWITCH-55", "SWITCH-56"})
    void goesOnWithTheOldProtocolIfTheBetterOneCannotTakeOver() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        client.send("tw");

        Tally bad = new Tally("b").on("takeOver 1", () -> {
            throw new IllegalStateException("not today");
        });
        add(bad, 1);
        until("it is told", () -> kinds().contains(Kind.ROLLED_BACK));

        assertEquals("a2:two", client.ask("o"));
        SwitchEvent event = events.get(events.size() - 1);
        assertEquals("not today", event.reason());
        assertEquals("test", event.server());
        assertEquals(1, server.counters.rolledBack.get());
    }

    @Test
    @Spec({"SWITCH-14", "SWITCH-40", "SWITCH-52", "SWITCH-39"})
    void drainsWhatCannotBeSwitched() throws Exception {
        ProtocolFactory plain = context -> new Protocol() {};
        add(plain, 0);
        ConfiguredServer server = configured("drain.deadline", "1m");
        LineClient client = connect(server);
        until("it has begun", () -> picture().connections == 1);

        core.removeProtocol(plain, false);
        add(first, 0);

        assertEquals("a1:new", connect(server).ask("new"));
        until("both versions serve", () -> picture().connections == 2 && kinds().contains(Kind.DRAIN_BEGUN));
        client.close();
        until("the drain is over", () -> kinds().contains(Kind.DRAIN_ENDED));
    }

    // --- policies

    @Test
    @Spec({"SWITCH-39", "SWITCH-42"})
    void drainsUntilTheDeadlineAndThenCloses() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("departure", "drain", "drain.deadline", "100ms");
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));

        core.removeProtocol(first, true);

        assertEquals("", client.read());
        until("all is told", () -> kinds().contains(Kind.DRAIN_ENDED));
        assertTrue(kinds().containsAll(List.of(Kind.DRAIN_BEGUN, Kind.DEADLINE)));
        assertEquals(List.of("connectionMade", "connectionLost"), first.calls);
    }

    @Test
    @Spec("SWITCH-41")
    void closesAtOnceIfThatIsThePolicy() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("departure", "close", "drain.deadline", "1m"));
        assertEquals("a1:x", client.ask("x"));

        core.removeProtocol(first, true);

        assertEquals("", client.read());
        assertFalse(kinds().contains(Kind.DEADLINE));
    }

    @Test
    @Spec({"SWITCH-51"})
    void losesNoConnectionWhenTheServiceComesAndGoesRapidly() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        List<LineClient> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(connect(server));
        }
        Tally current = first;
        for (int i = 0; i < 100; i++) {
            for (LineClient client : all) {
                client.send("line\n");
            }
            core.removeProtocol(current, true);
            current = new Tally("t");
            add(current, 0);
        }

        for (LineClient client : all) {
            for (int i = 1; i <= 100; i++) {
                assertEquals(i + ":line", client.read().substring(1));
            }
        }
        assertEquals(0, server.counters.lost.get());
    }

    // --- by hand

    @Test
    @Spec("SWITCH-54")
    void suspendsAndResumesAServer() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient early = connect(server);
        assertEquals("a1:x", early.ask("x"));

        get(core.suspend("test"));
        assertEquals("suspended", picture().state);
        LineClient late = connect(server);
        late.send("y\n");
        assertEquals("a2:x", early.ask("x"));
        assertEquals(1, server.entry().server().connections());

        get(core.resume("test"));
        assertEquals("a1:y", late.read());
    }

    @Test
    @Spec({"SWITCH-39", "SWITCH-54"})
    void drainsAServerByHand() throws IOException {
        add(first, 0);
        LineClient client = connect(configured());
        assertEquals("a1:x", client.ask("x"));

        CompletionStage<Void> drained = core.drain("test", Duration.ofMinutes(1));
        assertEquals("a2:y", client.ask("y"));
        assertFalse(drained.toCompletableFuture().isDone());
        client.close();

        get(drained);
        assertEquals("suspended", picture().state);
    }

    @Test
    @Spec("SWITCH-56")
    void tellsWhenAnotherDrainTakesThePlaceOfOne() throws IOException {
        add(first, 0);
        LineClient client = connect(configured());
        assertEquals("a1:x", client.ask("x"));
        CompletionStage<Void> former = core.drain("test", Duration.ofMinutes(1));
        until("it drains", () -> kinds().contains(Kind.DRAIN_BEGUN));

        CompletionStage<Void> later = core.drain("test", Duration.ofMillis(200));

        get(former);
        assertEquals("", client.read());
        get(later);
        until("all is told", () -> events.size() == 5);
        assertEquals(
                List.of(Kind.DRAIN_BEGUN, Kind.DRAIN_ENDED, Kind.DRAIN_BEGUN, Kind.DEADLINE, Kind.DRAIN_ENDED),
                kinds());
        assertEquals(1, events.get(1).connections());
        assertEquals(
                "another drain takes its place for these, with a deadline of 200ms",
                events.get(1).reason());
        assertEquals(0, events.get(4).connections());
        assertEquals("", events.get(4).reason());
    }

    @Test
    @Spec({"SWITCH-56", "SWITCH-63"})
    void switchesOneConnectionByHand() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        client.send("tw");
        long id = get(core.snapshot()).connections[0].id;
        core.addProtocol("other", new Tally("o"), Map.of());

        SwitchEvent event = get(core.switchProtocol(id, "other"));

        assertEquals(Kind.SWITCHED, event.kind());
        assertEquals("o2:two", client.ask("o"));
        CompletableFuture<SwitchEvent> none = core.switchProtocol(id, "missing").toCompletableFuture();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> get(none))
                .getMessage()
                .contains("present: other, tally"));
    }

    @Test
    @Spec("SWITCH-56")
    void findsByNumberWhoCameAfterTheLastSwitchAndNobodyWhoHasEnded() throws IOException {
        add(first, 0);
        core.addProtocol("other", new Tally("o"), Map.of());
        ConfiguredServer server = configured();
        LineClient early = connect(server);
        assertEquals("a1:one", early.ask("one"));
        long id = get(core.snapshot()).connections[0].id;
        get(core.switchProtocol(id, "other"));

        LineClient late = connect(server);
        assertEquals("a1:one", late.ask("one"));
        long lateId = Arrays.stream(get(core.snapshot()).connections)
                .mapToLong(connection -> connection.id)
                .filter(one -> one != id)
                .findAny()
                .orElseThrow();
        assertEquals(Kind.SWITCHED, get(core.switchProtocol(lateId, "other")).kind());
        assertEquals("o2:two", late.ask("two"));

        early.close();
        until("it has ended", () -> get(core.snapshot()).connections.length == 1);
        CompletableFuture<SwitchEvent> ended = core.switchProtocol(id, "tally").toCompletableFuture();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> get(ended))
                .getMessage()
                .contains("connection " + id + ": there is no open one of this number"));
        assertEquals("o3:three", late.ask("three"));
    }
}
