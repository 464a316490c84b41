// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service whose protocols are of no use to a server does not hide the next best one. */
class ChoiceTest extends Serving {

    private final Tally first = new Tally("a");
    private final Counting datagrams = new Counting("d");

    ChoiceTest() {
        super(2);
    }

    private static boolean isTold(ConfiguredServer server) {
        Shortfall.Failure failure = server.failure();
        return failure != null && failure.reason().contains("no protocol for streams");
    }

    /** Returns a server with a connection that is parked, as its one service is for datagrams. */
    private ConfiguredServer parking(String... pairs) throws IOException {
        add(datagrams, 1);
        ConfiguredServer server = configured(pairs);
        connect(server);
        until("it is told", () -> isTold(server));
        return server;
    }

    @Test
    @Spec({"SWITCH-43", "SWITCH-46"})
    void aBetterServiceThatDoesNotFitIsPassedOver() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient early = connect(server);
        assertEquals("a1:one", early.ask("one"));

        try (LogLines log = new LogLines()) {
            add(datagrams, 1);

            assertEquals("a1:x", connect(server).ask("x"));
            assertEquals("a2:two", early.ask("two"));
            assertEquals("a1:y", connect(server).ask("y"));
            until("it is logged", () -> log.warnings().stream().anyMatch(line -> line.contains("passes over")));
        }
        assertEquals(0, server.counters.parked.get());
        assertNull(server.failure());
        List<String> serving = Arrays.stream(get(core.snapshot()).protocols)
                .filter(protocol -> protocol.servers.length > 0)
                .map(protocol -> protocol.ranking + " " + String.join(",", protocol.servers))
                .toList();
        assertEquals(List.of("0 test"), serving);
    }

    @Test
    @Spec({"SWITCH-43", "SWITCH-44"})
    void aServiceThatFitsServesThoughABetterOneDoesNot() throws IOException {
        ConfiguredServer server = parking();
        LineClient waiting = connect(server);
        waiting.send("one\n");

        add(first, 0);

        assertEquals("a1:one", waiting.read());
        assertEquals("a1:two", connect(server).ask("two"));
        until("both are served", () -> server.counters.parked.get() == 0);
        assertNull(server.failure());
    }

    @Test
    @Spec({"SWITCH-44", "SWITCH-62"})
    void whatIsParkedIsGivenToTheOneThatFits() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        core.removeProtocol(first, true);

        add(datagrams, 1);
        until("it is told", () -> isTold(server));
        add(new Tally("b"), 0);

        assertEquals("b2:two", client.ask("two"));
    }

    @Test
    @Spec({"SWITCH-38", "SWITCH-43"})
    void aConnectionIsSwitchedToTheOneThatFits() throws IOException {
        add(first, 2);
        add(datagrams, 1);
        add(new Tally("b"), 0);
        add(new Tally("c"), -1);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));

        core.removeProtocol(first, false);

        until("it is switched", () -> kinds().contains(Kind.SWITCHED));
        assertEquals("b2:two", client.ask("two"));
        long failures = kinds().stream().filter(kind -> kind == Kind.FAILED).count();
        LineClient other = connect(server);
        assertEquals("b1:x", other.ask("x"));
        core.removeProtocol(core.protocols.find("tally"), false);
        core.removeProtocol(server.charge().service().service(), false);
        assertEquals("c2:y", other.ask("y"));
        assertEquals(
                failures, kinds().stream().filter(kind -> kind == Kind.FAILED).count(), "it is not tried again");
    }

    @Test
    @Spec("SWITCH-45")
    void whatExpiresSaysWhyNothingTookIt() throws IOException {
        parking("park.timeout", "100ms");

        until("it has expired", () -> kinds().contains(Kind.EXPIRED));
        SwitchEvent expired = events.get(kinds().indexOf(Kind.EXPIRED));
        assertTrue(expired.reason().contains("is no protocol for streams"), expired.reason());
    }

    @Test
    @Spec("SWITCH-54")
    void anOperatorGivesWhatIsParkedToAnotherProtocol() throws IOException {
        ConfiguredServer server = parking("park.timeout", "1m");
        LineClient client = connect(server);
        client.send("one\n");
        until("both are parked", () -> server.counters.parked.get() == 2);
        long number = Arrays.stream(get(core.snapshot()).connections)
                .mapToLong(connection -> connection.id)
                .max()
                .getAsLong();
        core.addProtocol("other", first, Map.of());

        assertEquals(Kind.RESUMED, get(core.switchProtocol(number, "other")).kind());

        assertEquals("a1:one", client.read());
        assertEquals(1, server.counters.parked.get());
    }

    @Test
    @Spec("SWITCH-44")
    void whatWaitsForItsFirstProtocolGetsTheOneThatTheFileNamesNow() throws IOException {
        ConfiguredServer server = parking("park.timeout", "1m");
        LineClient client = connect(server);
        client.send("one\n");
        until("both are parked", () -> server.counters.parked.get() == 2);
        core.addProtocol("other", first, Map.of());

        get(server.update(configuration("protocol", "other", "park.timeout", "1m")));

        assertEquals("a1:one", client.read());
        until("both are served", () -> server.counters.parked.get() == 0);
    }
}
