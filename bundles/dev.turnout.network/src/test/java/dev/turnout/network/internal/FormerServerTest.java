// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server's configuration goes, its connections stay, and another configuration of its name may come. */
class FormerServerTest extends Serving {

    private final Tally tally = new Tally("a");
    private final LogLines log = new LogLines();

    FormerServerTest() {
        super(2);
        add(tally, 0);
    }

    @AfterEach
    void stopListening() {
        log.close();
    }

    private LineClient left(String... pairs) throws IOException {
        ConfiguredServer server = configured(pairs);
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));
        get(server.close());
        return client;
    }

    private List<ServerDTO> pictures() {
        return Arrays.asList(get(core.snapshot()).servers);
    }

    private static Throwable failure(CompletionStage<?> stage) {
        return assertThrows(
                        CompletionException.class,
                        () -> stage.toCompletableFuture().join())
                .getCause();
    }

    // --- without a later configuration

    @Test
    @Spec("SWITCH-54")
    void isDrainedByItsNameAndForgottenThen() throws IOException {
        LineClient client = left();
        ServerDTO picture = pictures().get(0);

        get(core.drain("test", Duration.ofMillis(50)));

        assertEquals("test", picture.name);
        assertEquals("closed", picture.state);
        assertEquals("tally", picture.protocol);
        assertEquals(1, picture.connections);
        assertEquals("", client.read());
        until("it is forgotten", () -> core.server("test") == null && core.servers.isEmpty());
        Throwable refusal = failure(core.drain("test", null));
        assertEquals(
                "cannot drain server \"test\": there is no configured server of this name; present: ",
                refusal.getMessage());
    }

    @Test
    void isForgottenWhenItsLastConnectionEndsByItself() throws IOException {
        LineClient client = left();
        assertEquals("a2:y", client.ask("y"));

        client.close();

        until("it is forgotten", () -> core.server("test") == null);
    }

    @Test
    void isForgottenAtOnceIfItHasNoConnections() {
        get(configured().close());

        assertNull(core.server("test"));
        assertEquals(
                0,
                log.at(Level.INFO).stream()
                        .filter(line -> line.contains("goes on with"))
                        .count());
    }

    @Test
    @Spec("SWITCH-54")
    void canNeitherBeSuspendedNorResumed() throws IOException {
        left();

        Throwable suspended = failure(core.suspend("test"));
        Throwable resumed = failure(core.resume("test"));

        assertTrue(suspended.getMessage().startsWith("cannot suspend server \"test\": it is closed"));
        assertTrue(resumed.getMessage().endsWith("turnout:drain test ends its 1 connection"), resumed.getMessage());
    }

    @Test
    void switchesItsConnectionsByHand() throws IOException {
        LineClient client = left();
        core.addProtocol("other", new Tally("b"), Map.of());

        get(core.switchProtocol(get(core.snapshot()).connections[0].id, "other"));

        assertEquals("b2:y", client.ask("y"));
    }

    @Test
    @Spec("SWITCH-62")
    void saysWhatBecomesOfItsParkedConnectionsAndGivesThemToTheProtocolThatComesBack() throws IOException {
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient parked = connect(server);
        assertEquals("a1:x", parked.ask("x"));
        core.removeProtocol(tally, true);

        get(server.close());

        assertTrue(
                log.at(Level.INFO)
                        .contains("server test goes on with 1 connection, as its configuration is gone: turnout:drain"
                                + " test ends them, a new configuration of its name takes them up; 1 of them are parked, at"
                                + " most for 1m, until the protocol tally is there"),
                log.at(Level.INFO)::toString);
        add(tally, 0);
        assertEquals("a2:y", parked.ask("y"));
    }

    // --- with a later configuration

    @Test
    void leavesItsConnectionsToALaterServerOfItsName() throws IOException {
        LineClient before = left();

        ConfiguredServer later = configured();
        LineClient after = connect(later);
        assertEquals("a1:x", after.ask("x"));
        List<ServerDTO> pictures = pictures();

        assertEquals(2, pictures.size());
        ServerDTO open = pictures.get(pictures.get(0).state.equals("serving") ? 0 : 1);
        ServerDTO closed = pictures.get(pictures.get(0).state.equals("serving") ? 1 : 0);
        assertEquals("closed", closed.state);
        assertEquals(1, closed.connections);
        assertEquals(0, closed.versions.length, "it is counted once");
        assertEquals(1, open.connections);
        assertEquals(2, open.versions[0].connections);
        assertEquals(2, open.versions[0].begun);
        get(core.drain("test", Duration.ofMillis(50)));
        assertEquals("", before.read());
        assertEquals("", after.read());
        until("one server is left", () -> pictures().size() == 1);
        assertEquals(later, core.server("test"));
    }

    @Test
    @Spec("SWITCH-41")
    void followsTheOptionsOfTheLaterServer() throws IOException {
        LineClient before = left("departure", "switch");

        configured("departure", "close");
        core.removeProtocol(tally, true);

        assertEquals("", before.read());
    }

    @Test
    @Spec("SWITCH-45")
    void limitsTheParkingOfItsConnectionsByTheLaterServersOptions() throws IOException {
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient parked = connect(server);
        assertEquals("a1:x", parked.ask("x"));
        core.removeProtocol(tally, true);
        get(server.close());

        configured("park.timeout", "50ms");

        assertEquals("", parked.read());
    }

    @Test
    @Spec("SERVER-40")
    void countsItsConnectionsForTheLimitOfTheLaterServer() throws IOException {
        LineClient before = left();

        ConfiguredServer later = configured("max.connections", "2");
        LineClient first = connect(later);
        assertEquals("a1:x", first.ask("x"));
        LineClient second = connect(later);
        second.send("x\n");
        NetworkDTO full = get(core.snapshot());
        for (int turn = 0; turn < 5; turn++) {
            full = get(core.snapshot()); // each one takes a turn of every loop, in which it could be accepted
        }
        before.close();

        assertEquals("a1:x", second.read());
        assertEquals(2, full.connections.length);
    }

    @Test
    void keepsAnOperatorsDrainWithTheLaterServer() throws IOException {
        LineClient before = left();
        CompletionStage<Void> drained = core.drain("test", Duration.ofMinutes(1));

        LineClient after = connect(configured());
        assertEquals("a1:x", after.ask("x"));
        get(core.resume("test"));

        assertTrue(
                log.at(Level.INFO).stream()
                        .anyMatch(line -> line.startsWith(
                                "server test is resumed; its drain goes on: 1 connection left, to be closed in ")),
                log.at(Level.INFO)::toString);
        assertEquals("a2:y", before.ask("y"));
        assertFalse(drained.toCompletableFuture().isDone());
        before.close();
        get(drained);
        assertEquals("a2:y", after.ask("y"));
    }

    @Test
    void closesWhatAnOperatorDrainsAtItsDeadlineWithTheLaterServer() throws IOException {
        LineClient before = left();
        CompletionStage<Void> drained = core.drain("test", Duration.ofMillis(300));

        LineClient after = connect(configured());
        assertEquals("a1:x", after.ask("x"));

        assertEquals("", before.read());
        get(drained);
        assertEquals("a2:y", after.ask("y"));
    }

    @Test
    void leavesItsConnectionsToAServerThatHasWaitedForItsName() throws IOException {
        ConfiguredServer first = configured();
        LineClient client = connect(first);
        assertEquals("a1:x", client.ask("x"));
        ConfiguredServer second = configured();
        assertTrue(second.failure() != null, "the name is taken");

        get(first.close());
        until("the second has it", () -> second.entry() != null);
        get(core.drain("test", Duration.ofMillis(50)));

        assertEquals("", client.read());
        assertEquals(second, core.server("test"));
    }

    @Test
    void ofManyInARowTheLastHasTheConnections() throws IOException {
        LineClient client = left();
        for (int i = 0; i < 5; i++) {
            get(configured().close());
        }
        assertFalse(core.server("test") == null);

        ConfiguredServer last = configured();

        assertEquals(1, last.counters.open.get());
        client.close();
        until("it ends", () -> last.counters.open.get() == 0);
    }
}
