// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Absence;
import dev.turnout.api.network.Departure;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.network.ShiftFilter;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of connections whose protocol leaves, by the policy of their server. */
class DepartureTest extends Serving {

    private static final int MUCH = 64 << 20;

    private final Tally first = new Tally("a");

    DepartureTest() {
        super(2);
    }

    /** Has the connection's protocol write more than the kernel takes; its client does not read. */
    private Tally.Session stuff(LineClient client) throws IOException {
        assertEquals("a1:x", client.ask("x"));
        Tally.Session session = first.made.get(0);
        on((IoLoop) session.transport.loop(), () -> {
            session.transport.write(new byte[MUCH]);
            return session.transport.getWriteBufferSize() > 0;
        });
        return session;
    }

    private long millisToRemove(Tally factory) {
        long began = System.nanoTime();
        core.removeProtocol(factory, true);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    }

    @Test
    @Spec({"SWITCH-38", "SWITCH-61"})
    void switchesAndParksUnlessConfiguredOtherwise() {
        ConfiguredServer server = configured();

        ServerOptions options = server.options();
        assertEquals(Departure.SWITCH, options.get(ServerOptions.DEPARTURE));
        assertEquals(Absence.PARK, options.get(ServerOptions.ABSENCE));
        assertEquals(Duration.ofSeconds(10), options.get(ServerOptions.PARK_TIMEOUT));
        assertTrue(options.get(ServerOptions.PARK_CONNECTIONS) <= 10_000);
        assertFalse(options.get(ServerOptions.DRAIN_DEADLINE).isZero());
    }

    @Test
    @Spec("SWITCH-38")
    void takesPolicyAndDeadlinesFromTheConfigurationOfEachServer() throws IOException {
        add(first, 0);
        ConfiguredServer draining = named("draining", "departure", "drain", "drain.deadline", "50ms");
        ConfiguredServer closing = named("closing", "departure", "close", "drain.deadline", "1m");
        ConfiguredServer switching = named("switching", "departure", "switch");
        LineClient drained = connect(draining);
        LineClient closed = connect(closing);
        LineClient kept = connect(switching);
        for (LineClient client : List.of(drained, closed, kept)) {
            assertEquals("a1:x", client.ask("x"));
        }

        core.removeProtocol(first, false);
        assertEquals("", closed.read());
        assertEquals("", drained.read());
        add(new Tally("b"), 0);

        assertEquals("b2:y", kept.ask("y"));
        until("all is told", () -> kinds().contains(Kind.DEADLINE));
        assertEquals(
                List.of("draining"),
                events.stream()
                        .filter(event -> event.kind() == Kind.DEADLINE)
                        .map(SwitchEvent::server)
                        .toList());
    }

    @Test
    @Spec("SWITCH-62")
    void parksAConnectionWhoseServiceLeftDuringTheHandshakeOfAFilter() throws IOException {
        core.addFilter("shift", new ShiftFilter.Provider("shift"), Map.of());
        add(first, 0);
        LineClient client = connect(configured("endpoint", "shift+tcp://127.0.0.1:0"));
        until("it has begun", () -> core.sessions.size() == 1);

        core.removeProtocol(first, false);
        client.send("s");
        until("something is told", () -> !kinds().isEmpty());

        assertEquals(List.of(Kind.PARKED), kinds());
    }

    @Test
    @Spec("SWITCH-38")
    void followsAChangeOfThePolicyWithoutTouchingConnections() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("departure", "close");
        ServerEntry entry = server.entry();
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));

        get(server.update(configuration("departure", "switch")));
        core.removeProtocol(first, true);
        assertEquals(1, server.counters.parked.get());
        add(new Tally("b"), 0);

        assertEquals("b2:y", client.ask("y"));
        assertSame(entry, server.entry());
    }

    @Test
    @Spec({"SWITCH-39", "SWITCH-42"})
    void abortsAfterTheGraceTimeWhatDoesNotRead() throws IOException {
        add(first, 0);
        LineClient client =
                connect(configured("departure", "drain", "drain.deadline", "150ms", "drain.grace", "150ms"));
        stuff(client);

        long began = System.nanoTime();
        core.removeProtocol(first, true);
        until("the end", () -> first.calls.contains("connectionLost"));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        assertTrue(millis >= 300, "aborted after " + millis + " ms");
        until("all is told", () -> kinds().contains(Kind.DRAIN_ENDED));
        assertEquals(List.of(Kind.DRAIN_BEGUN, Kind.DEADLINE, Kind.DRAIN_ENDED), drainKinds());
    }

    private List<Kind> drainKinds() {
        return kinds().stream()
                .filter(kind -> kind == Kind.DRAIN_BEGUN || kind == Kind.DEADLINE || kind == Kind.DRAIN_ENDED)
                .distinct()
                .sorted(java.util.Comparator.comparing(kind -> kinds().indexOf(kind)))
                .toList();
    }

    @Test
    @Spec("SWITCH-42")
    void waitsForTheDeadlineAndNoLonger() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("departure", "drain", "drain.deadline", "200ms", "drain.grace", "1m"));
        stuff(client);

        long millis;
        try (LogLines log = new LogLines()) {
            millis = millisToRemove(first);
            assertTrue(
                    log.at(Level.INFO)
                            .contains("the stop of " + Tally.class.getName()
                                    + " waits for 1 connection to end, at most 1200ms"),
                    log.at(Level.INFO)::toString);
        }

        assertTrue(millis >= 200, "waited " + millis + " ms");
        assertTrue(millis < 10_000, "waited " + millis + " ms");
        assertFalse(first.calls.contains("connectionLost"));
    }

    @Test
    @Spec("SWITCH-42")
    void doesNotWaitOnALoopsThread() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("departure", "drain", "drain.deadline", "1m"));
        assertEquals("a1:x", client.ask("x"));

        long waited;
        try (LogLines log = new LogLines()) {
            waited = on(loops.loops().get(0), () -> {
                long before = millisWaited();
                core.removeProtocol(first, true);
                return millisWaited() - before;
            });
            assertTrue(log.at(Level.INFO).stream().noneMatch(line -> line.startsWith("the stop of")));
        }

        assertTrue(waited < 5_000, "waited " + waited + " ms");
        assertEquals("a2:y", client.ask("y"));
    }

    /** Returns how long this thread has waited so far; a time in which the machine did not run it does not count. */
    private static long millisWaited() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        threads.setThreadContentionMonitoringEnabled(true);
        return threads.getThreadInfo(Thread.currentThread().getId()).getWaitedTime();
    }

    @Test
    @Spec("SWITCH-42")
    void doesNotWaitForADrainOfAServiceWhoseBundleStays() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("departure", "drain", "drain.deadline", "1m"));
        assertEquals("a1:x", client.ask("x"));

        long began = System.nanoTime();
        core.removeProtocol(first, false);

        assertTrue(System.nanoTime() - began < Duration.ofSeconds(20).toNanos());
        assertEquals("a2:y", client.ask("y"));
    }

    @Test
    @Spec("SWITCH-41")
    void flushesUnderClose() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("departure", "close", "drain.deadline", "1m"));
        Tally.Session session = stuff(client);

        core.removeProtocol(first, false);
        assertTrue(on((IoLoop) session.transport.loop(), session.transport::isClosing));
        assertFalse(first.calls.contains("connectionLost"), "it may flush");

        assertEquals(MUCH, client.skip());
        until("the end", () -> first.calls.contains("connectionLost"));
    }

    @Test
    @Spec("SWITCH-41")
    void abortsUnderCloseAfterTheDeadline() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("departure", "close", "drain.deadline", "300ms", "drain.grace", "1m"));
        stuff(client);

        long began = System.nanoTime();
        core.removeProtocol(first, false);
        until("the end", () -> first.calls.contains("connectionLost"));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        assertTrue(millis >= 300, "aborted after " + millis + " ms");
    }

    @Test
    @Spec({"SWITCH-29", "SWITCH-40"})
    void leavesAConnectionThatIsClosingToItsOldProtocol() throws IOException {
        add(first, 0);
        LineClient client = connect(configured("drain.deadline", "100ms", "drain.grace", "100ms"));
        Tally.Session session = stuff(client);
        on((IoLoop) session.transport.loop(), () -> {
            session.transport.close();
            return true;
        });
        Tally better = new Tally("b");

        add(better, 1);
        core.removeProtocol(first, true);
        until("the end", () -> first.calls.contains("connectionLost"));

        assertEquals(List.of(), better.calls);
        assertEquals(List.of("connectionMade", "connectionLost"), first.calls);
    }

    /** Says what a protocol may say of itself that fits nothing. */
    enum Declaration {
        NOTHING("switchSupport() returned null"),
        FAILURE("switchSupport() threw java.lang.IllegalStateException: not now"),
        LINKAGE_ERROR("switchSupport() threw java.lang.NoClassDefFoundError: org/example/Gone");

        final String reason;

        Declaration(String reason) {
            this.reason = reason;
        }

        SwitchSupport get() {
            switch (this) {
                case FAILURE -> throw new IllegalStateException("not now");
                case LINKAGE_ERROR -> throw new NoClassDefFoundError("org/example/Gone");
                default -> {
                    return null;
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-40", "SWITCH-42", "SWITCH-56"})
    void drainsWhatDoesNotSayHowItCanBeSwitched(Declaration declaration) throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("drain.deadline", "1s");
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));
        first.supports(declaration::get);

        long millis;
        try (LogLines log = new LogLines()) {
            millis = millisToRemove(first);
            assertTrue(log.at(Level.INFO).stream().anyMatch(line -> line.startsWith("the stop of")));
            assertTrue(log.warnings().stream().anyMatch(line -> line.contains(declaration.reason)));
        }
        add(new Tally("b"), 0);

        assertTrue(millis >= 1000, "waited " + millis + " ms");
        assertEquals("", client.read());
        until("all is told", () -> kinds().contains(Kind.DRAIN_ENDED));
        assertEquals(List.of(Kind.FAILED, Kind.DRAIN_BEGUN, Kind.DEADLINE, Kind.DRAIN_ENDED), kinds());
        SwitchEvent told = events.get(0);
        assertEquals(Tally.class.getName(), told.from());
        assertEquals("", told.to());
        assertTrue(told.reason().endsWith(declaration.reason), told.reason());
        assertEquals(1, server.counters.failed.get());
    }
}
