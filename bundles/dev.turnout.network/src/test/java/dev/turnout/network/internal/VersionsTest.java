// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Several versions of a protocol after and beside each other. */
class VersionsTest extends Serving {

    private final Tally first = new Tally("a");

    VersionsTest() {
        super(2);
    }

    /** Answers each chunk with a mark, and declares nothing. */
    private record Undeclared(String mark) implements ProtocolFactory {

        @Override
        public Protocol newProtocol(ProtocolContext context) {
            return new Protocol() {
                private Transport transport;

                @Override
                public void connectionMade(BaseTransport made) {
                    transport = (Transport) made;
                }

                @Override
                public void dataReceived(ByteBuffer data) {
                    transport.write((mark + "\n").getBytes(StandardCharsets.US_ASCII));
                }
            };
        }
    }

    @Test
    @Spec({"SWITCH-14", "SWITCH-40", "SWITCH-46"})
    void neverSwitchesWhatDeclaresNothing() throws IOException {
        Undeclared old = new Undeclared("old");
        add(old, 0);
        ConfiguredServer server = configured("drain.deadline", "1m");
        LineClient client = connect(server);
        assertEquals("old", client.ask("x"));

        add(new Undeclared("better"), 1);
        until("it is told", () -> kinds().contains(Kind.FAILED));
        assertEquals("old", client.ask("x"));
        assertEquals("better", connect(server).ask("x"));

        core.removeProtocol(old, false);
        assertEquals("old", client.ask("x"));
        until("it drains", () -> kinds().contains(Kind.DRAIN_BEGUN));
        assertFalse(kinds().contains(Kind.SWITCHED));
        assertTrue(events.get(0).reason().contains("does not declare"), events.get(0)::reason);
    }

    @Test
    void saysWhyParkedConnectionsWereNotTaken() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.timeout", "300ms");
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));
        core.removeProtocol(first, true);

        try (LogCapture log = new LogCapture()) {
            add(new Undeclared("unfit"), 0);

            assertEquals("", client.read());
            until("it is told", () -> kinds().contains(Kind.EXPIRED));
            assertTrue(
                    log.messages().stream()
                            .anyMatch(line -> line.startsWith("WARNING protocol tally: connections 1 failed")
                                    && line.contains("let it implement dev.turnout.api.protocol.Switchable")
                                    && line.contains("it stays parked")),
                    () -> log.messages().toString());
        }
        String reason = events.get(events.size() - 1).reason();
        assertTrue(reason.contains("took it within 300ms, ") && reason.contains("could not: "), reason);
    }

    @Test
    @Spec({"SWITCH-39", "SWITCH-52", "SWITCH-53"})
    void letsThreeVersionsServeAtOnce() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("departure", "drain", "drain.deadline", "1m");
        LineClient ofFirst = connect(server);
        assertEquals("a1:x", ofFirst.ask("x"));
        core.removeProtocol(first, false);
        Tally second = new Tally("b");
        add(second, 0);
        LineClient ofSecond = connect(server);
        assertEquals("b1:x", ofSecond.ask("x"));
        core.removeProtocol(second, false);
        add(new Tally("c"), 0);
        LineClient ofThird = connect(server);

        assertEquals("c1:x", ofThird.ask("x"));
        assertEquals("b2:y", ofSecond.ask("y"));
        assertEquals("a2:y", ofFirst.ask("y"));
        assertFalse(kinds().contains(Kind.DEADLINE));
    }

    @Test
    @Spec({"SWITCH-39", "SWITCH-52", "SWITCH-53"})
    void letsEachVersionServeUntilItsDeadline() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("departure", "drain", "drain.deadline", "300ms");
        LineClient ofFirst = connect(server);
        assertEquals("a1:x", ofFirst.ask("x"));
        core.removeProtocol(first, false);
        Tally second = new Tally("b");
        add(second, 0);
        get(server.update(configuration("departure", "drain", "drain.deadline", "1m")));
        LineClient ofSecond = connect(server);
        assertEquals("b1:x", ofSecond.ask("x"));
        core.removeProtocol(second, false);
        add(new Tally("c"), 0);
        LineClient ofThird = connect(server);
        assertEquals("c1:x", ofThird.ask("x"));
        assertEquals("b2:y", ofSecond.ask("y"));

        assertEquals("", ofFirst.read(), "the deadline of the first");
        assertEquals("b3:z", ofSecond.ask("z"));
        assertEquals("c2:z", ofThird.ask("z"));
        until("the deadline is told", () -> kinds().contains(Kind.DEADLINE));
        assertEquals(1, kinds().stream().filter(Kind.DEADLINE::equals).count());
    }

    @Test
    @Spec("SWITCH-60")
    void goesBackToAnOlderVersionThatStandsBesideTheNewer() throws IOException {
        Tally older = new Tally("o", 1, 2);
        Tally newer = new Tally("n", 2, 3);
        add(older, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("o1:one", client.ask("one"));
        add(newer, 1);
        until("it is switched", () -> newer.calls.contains("takeOver 2"));
        client.send("tw");

        core.removeProtocol(newer, true);

        assertEquals("o2:two", client.ask("o"));
        assertEquals(List.of("takeOver 2", "handOver 2"), newer.calls);
    }

    @Test
    @Spec({"SWITCH-40", "SWITCH-60"})
    void drainsWhereTheOlderVersionKnowsNothingOfTheNewer() throws IOException {
        Tally older = new Tally("o", 1, 2);
        Tally newer = new Tally("n", 3, 4);
        add(newer, 0);
        ConfiguredServer server = configured("drain.deadline", "1m");
        LineClient client = connect(server);
        assertEquals("n1:one", client.ask("one"));
        add(older, -1);

        core.removeProtocol(newer, false);

        until("it drains", () -> kinds().contains(Kind.DRAIN_BEGUN));
        assertEquals("n2:two", client.ask("two"));
        assertEquals("o1:new", connect(server).ask("new"));
        SwitchEvent failed = events.stream()
                .filter(event -> event.kind() == Kind.FAILED)
                .findFirst()
                .orElseThrow();
        assertTrue(failed.reason().contains("test.tally 3..4"), failed::reason);
    }

    @Test
    @Spec("SWITCH-51")
    void losesAndLeaksNoConnectionUnderDrainWhenTheServiceComesAndGoesRapidly() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("departure", "drain", "drain.deadline", "1m");
        Tally current = first;
        for (int i = 0; i < 100; i++) {
            LineClient client = connect(server);
            client.send("x\n");
            core.removeProtocol(current, false);
            current = new Tally("t");
            add(current, 0);
            assertEquals("1:x", client.read().substring(1));
            client.send("y\n");
            assertEquals("2:y", client.read().substring(1));
            client.close();
        }

        until("all have ended", () -> core.sessions.isEmpty());
        until("the drains are over", () -> count(Kind.DRAIN_BEGUN) == count(Kind.DRAIN_ENDED));
        assertEquals(0, server.counters.lost.get());
        assertFalse(kinds().contains(Kind.DEADLINE));
        until(
                "no version counts any",
                () -> server.counters.versions().values().stream().allMatch(version -> version.connections.get() == 0));
    }

    private long count(Kind kind) {
        return kinds().stream().filter(kind::equals).count();
    }

    @Test
    @Spec({"SWITCH-47", "SWITCH-62"})
    void refusesNoConnectWhileTheServiceIsUpdated() throws Exception {
        add(first, 0);
        ConfiguredServer server = configured();
        int port = TestNetwork.port(server.entry().server());
        AtomicBoolean enough = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread connecting = new Thread(() -> {
            while (!enough.get() && failure.get() == null) {
                try (LineClient client = new LineClient(port)) {
                    String answer = client.ask("x");
                    assertEquals("1:x", answer.substring(Math.min(1, answer.length())));
                    served.incrementAndGet();
                } catch (IOException | AssertionError e) {
                    failure.set(e);
                }
            }
        });
        connecting.start();

        Tally current = first;
        for (int i = 0; i < 50; i++) {
            int before = served.get();
            Tally next = new Tally("t");
            boolean overlap = i % 2 == 0;
            if (overlap) {
                add(next, 0);
            }
            core.removeProtocol(current, true);
            if (!overlap) {
                add(next, 0);
            }
            current = next;
            until("a connect is served", () -> served.get() > before || failure.get() != null);
        }
        enough.set(true);
        connecting.join(TestNetwork.DEADLINE.toMillis());

        assertNull(failure.get(), () -> "after " + served + " connects: " + failure);
        assertTrue(served.get() >= 50);
    }
}
