// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a parked connection when what comes in place of its protocol cannot take it. */
class UnfitSuccessorTest extends Serving {

    private final Tally first = new Tally("a");
    private long ids;

    UnfitSuccessorTest() {
        super(1);
    }

    /** Adds a service with an id of its own, as a framework does: one that was tried is known by it. */
    private void come(ProtocolFactory factory) {
        core.addProtocol("tally", factory, Map.of("service.id", ++ids));
    }

    /** Runs some turns of the loop, in which a connection that reads would be read. */
    private void runTurns() {
        for (int turns = 0; turns < 50; turns++) {
            get(core.snapshot());
        }
    }

    private List<SwitchEvent> failures() {
        return events.stream().filter(event -> event.kind() == Kind.FAILED).toList();
    }

    @ParameterizedTest
    @CsvSource({"tw,o", "tw,''", "'',two", "'',''"})
    @Spec({"SWITCH-44", "SWITCH-60", "SWITCH-62"})
    void staysParkedWithoutReading(String before, String during) throws IOException {
        come(first);
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient client = connect(server);
        client.send("one\n" + before);
        assertEquals("a1:one", client.read());

        Tally unfit = new Tally("b", 2, 2);
        try (LogLines log = new LogLines()) {
            core.removeProtocol(first, true);
            come(unfit);
            until("it is told", () -> !failures().isEmpty());
            client.send(during);
            runTurns();

            assertEquals(1, server.counters.parked.get());
            long number = failures().get(0).connection();
            assertTrue(log.warnings().stream().anyMatch(line -> line.contains("connection " + number + ": ")));
        }
        core.removeProtocol(unfit, true);
        come(new Tally("c", 1, 2));
        client.send("two\nthree\n".substring(before.length() + during.length()));

        assertEquals("c2:two", client.read());
        assertEquals("c3:three", client.read());
        until("all is told", () -> kinds().contains(Kind.RESUMED));
        assertEquals(List.of(Kind.PARKED, Kind.FAILED, Kind.RESUMED), kinds());
        assertFalse(first.calls.contains("connectionLost"));
    }

    @Test
    @Spec({"SWITCH-44", "SWITCH-62"})
    void staysParkedWithoutReadingWhateverTheSuccessorThrows() throws IOException {
        come(first);
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        List<Tally> unfit = List.of(new Tally("silent"), new Tally("broken"), new Tally("fickle"), new Tally("late"));
        unfit.get(0).supports(() -> null);
        unfit.get(1).supports(() -> {
            throw new NoClassDefFoundError("org/example/Gone");
        });
        AtomicInteger asked = new AtomicInteger();
        unfit.get(2).supports(() -> {
            int version = asked.incrementAndGet();
            return new SwitchSupport("test.tally", version, version);
        });
        unfit.get(3).on("takeOver 1", () -> {
            throw new StackOverflowError();
        });

        core.removeProtocol(first, true);
        client.send("two\n");
        for (Tally one : unfit) {
            int told = events.size();
            come(one);
            until("it is told", () -> events.size() > told);
            runTurns();
            core.removeProtocol(one, true);
        }
        ProtocolFactory unlinked = context -> {
            throw new NoClassDefFoundError("org/example/Missing");
        };
        come(unlinked);
        until("all are told", () -> events.size() == 6);
        runTurns();
        core.removeProtocol(unlinked, true);
        come(new Tally("c"));

        assertEquals("c2:two", client.read());
        until("all is told", () -> kinds().contains(Kind.RESUMED));
        assertEquals(
                List.of(
                        Kind.PARKED,
                        Kind.FAILED,
                        Kind.FAILED,
                        Kind.FAILED,
                        Kind.ROLLED_BACK,
                        Kind.FAILED,
                        Kind.RESUMED),
                kinds());
        assertTrue(failures().get(0).reason().endsWith("switchSupport() returned null"));
        assertTrue(failures().get(1).reason().contains("org/example/Gone"));
        assertTrue(failures().get(2).reason().contains("both must support switching"));
        assertEquals("org/example/Missing", failures().get(3).reason());
    }

    @Test
    @Spec({"SWITCH-55", "SWITCH-56"})
    void namesTheProtocolThatItCameFrom() throws IOException {
        come(first);
        assertEquals("a1:one", connect(configured("park.timeout", "1m")).ask("one"));

        core.removeProtocol(first, true);
        come(new Tally("b", 2, 2));
        until("it is told", () -> !failures().isEmpty());

        SwitchEvent told = failures().get(0);
        assertEquals(Tally.class.getName(), told.from());
        assertFalse(told.reason().contains(Parked.class.getName()), told.reason());
        assertTrue(told.reason().contains(Tally.Session.class.getName() + " (test.tally 1..1)"), told.reason());
        assertTrue(told.reason().contains(Tally.Session.class.getName() + " (test.tally 2..2)"), told.reason());
    }
}
