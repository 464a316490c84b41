// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.transport.Transport;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to a connection by operators and by changes of services inside its own callbacks, as a protocol that serves operators does. */
class InCallbackTest extends Serving {

    private final Tally first = new Tally("a");
    private final Tally second = new Tally("b");
    private final Tally other = new Tally("o");

    InCallbackTest() {
        super(1);
    }

    private long number() {
        return get(core.snapshot()).connections[0].id;
    }

    /** Lets an operator ask for the protocol {@code other} inside a callback of the first, or of the second while that takes over. */
    private CompletableFuture<SwitchEvent> switchInside(Tally tally, String callback) {
        CompletableFuture<SwitchEvent> result = new CompletableFuture<>();
        core.addProtocol("other", other, Map.of());
        tally.on(
                callback,
                once(() -> core.switchProtocol(core.sessions.values().iterator().next().id, "other")
                        .whenComplete((event, failure) -> {
                            if (failure == null) {
                                result.complete(event);
                            } else {
                                result.completeExceptionally(failure);
                            }
                        })));
        return result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"connectionMade", "dataReceived"})
    @Spec({"SWITCH-27", "SWITCH-56"})
    void anOperatorsSwitchFollowsTheCallbackThatAskedForIt(String callback) throws IOException {
        add(first, 0);
        CompletableFuture<SwitchEvent> switched = switchInside(first, callback);
        ConfiguredServer server = configured();
        LineClient client = connect(server);

        String answer = client.ask("one");

        assertEquals(callback.equals("connectionMade") ? "o1:one" : "a1:one", answer);
        assertEquals(Kind.SWITCHED, get(switched).kind());
        assertEquals("o2:two", client.ask("two"));
        until("it is told", () -> !kinds().isEmpty());
        assertEquals(List.of(Kind.SWITCHED), kinds());
        assertEquals(1, server.counters.switched.get());
        assertEquals(0, server.counters.failed.get() + server.counters.rolledBack.get());

        // it is in the charge of the other service: that this one leaves concerns it
        core.removeProtocol(other, true);
        assertEquals(1, server.counters.parked.get());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-56"})
    void anOperatorsSwitchFollowsTheSwitchInWhichItWasAskedFor() throws IOException {
        add(first, 0);
        CompletableFuture<SwitchEvent> switched = switchInside(second, "takeOver 1");
        LineClient client = connect(configured());
        assertEquals("a1:one", client.ask("one"));

        add(second, 1);

        assertEquals(Kind.SWITCHED, get(switched).kind());
        assertEquals("o2:two", client.ask("two"));
        assertEquals(List.of("takeOver 1", "handOver 1"), second.calls);
        until("both are told", () -> kinds().size() == 2);
        assertEquals(List.of(Kind.SWITCHED, Kind.SWITCHED), kinds());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-40"})
    void aBetterServiceThatComesInACallbackTakesOverWhenThatHasReturned() throws IOException {
        first.on("dataReceived", once(() -> add(second, 1)));
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);

        assertEquals("a1:one", client.ask("one"));
        assertEquals("b2:two", client.ask("two"));

        until("it is told", () -> !kinds().isEmpty());
        assertEquals(List.of(Kind.SWITCHED), kinds());
        assertEquals(1, second.made.size());
        assertEquals(1, server.counters.switched.get());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-62"})
    void theConnectionInWhoseCallbackItsServiceLeavesIsParkedWhenThatHasReturned() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        List<LineClient> all = connect(server, 3);
        for (LineClient client : all) {
            assertEquals("a1:one", client.ask("one"));
        }
        CompletableFuture<Long> busy = new CompletableFuture<>();
        CompletableFuture<Integer> parkedAtOnce = new CompletableFuture<>();
        first.on("dataReceived", once(() -> {
            core.sessions.values().stream()
                    .filter(session -> session.isBusy(false))
                    .forEach(session -> busy.complete(session.id));
            core.removeProtocol(first, true);
            parkedAtOnce.complete(server.counters.parked.get());
        }));

        assertEquals("a2:two", all.get(0).ask("two"));

        until("all are parked", () -> kinds().size() == 3);
        assertEquals(List.of(Kind.PARKED, Kind.PARKED, Kind.PARKED), kinds());
        // others at once, as many as there is time for in the first slice; it itself is none of them
        assertTrue(get(parkedAtOnce) > 0);
        for (SwitchEvent event : events.subList(0, get(parkedAtOnce))) {
            assertNotEquals(get(busy), event.connection());
        }
        add(second, 0);
        for (LineClient client : all) {
            assertEquals(client == all.get(0) ? "b3:x" : "b2:x", client.ask("x"));
        }
        until("all is told", () -> kinds().size() == 6);
        assertEquals(3, kinds().stream().filter(Kind.PARKED::equals).count());
        assertEquals(3, kinds().stream().filter(Kind.RESUMED::equals).count());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-44"})
    void aServiceThatLeavesInTheFirstCallbackOfWhatWaitedForItLosesNothing() throws IOException {
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        client.send("one\n");
        until("it waits", () -> server.counters.parked.get() == 1);
        CompletableFuture<List<String>> callsInside = new CompletableFuture<>();
        first.on("connectionMade", once(() -> {
            core.removeProtocol(first, true);
            callsInside.complete(List.copyOf(first.calls));
        }));

        add(first, 0);
        until("it waits again", () -> kinds().equals(List.of(Kind.RESUMED, Kind.PARKED)));
        add(second, 0);

        assertEquals("b1:one", client.read());
        assertEquals(List.of("connectionMade"), get(callsInside));
        assertEquals(0, server.counters.parked.get());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-25"})
    void theFirstCallbackOfWhatHasWaitedMayPauseReadingAndSwitch() throws IOException {
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        client.send("one\n");
        until("it waits", () -> server.counters.parked.get() == 1);
        BaseProtocol next = other.newProtocol(null);
        CompletableFuture<List<String>> callsInside = new CompletableFuture<>();
        first.on("connectionMade", () -> {
            Transport transport = first.made.get(0).transport;
            transport.pauseReading();
            transport.setProtocol(next);
            callsInside.complete(List.copyOf(first.calls));
        });

        add(first, 0);

        until("it is switched", () -> kinds().contains(Kind.SWITCHED));
        assertEquals(List.of("connectionMade"), get(callsInside));
        assertEquals(List.of("takeOver 1"), other.calls);
        Transport transport = other.made.get(0).transport;
        assertFalse(TestNetwork.on(loops.loops().get(0), transport::isReading));
        TestNetwork.on(loops.loops().get(0), () -> {
            transport.resumeReading();
            return true;
        });
        assertEquals("o1:one", client.read());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    @Spec({"SWITCH-40", "SWITCH-62"})
    void servicesThatLeaveWhileTheNetworkAsksWhatAProtocolSupportsDoSoAfterwards(int question) throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.timeout", "1m");
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        SwitchSupport support = new SwitchSupport("test.tally", 1, 1);
        AtomicInteger asked = new AtomicInteger();
        second.supports(() -> {
            if (asked.incrementAndGet() == question) {
                core.removeProtocol(first, true);
                core.removeProtocol(second, true);
            }
            return support;
        });

        add(second, 1);
        until("it is parked", () -> kinds().equals(List.of(Kind.SWITCHED, Kind.PARKED)));
        assertEquals(1, server.counters.parked.get());
        add(new Tally("c"), 0);

        assertEquals("c2:two", client.ask("two"));
        assertEquals(0, server.counters.parked.get());
        assertEquals(2, server.counters.switched.get());
    }

    @Test
    @Spec({"SWITCH-46", "SWITCH-55"})
    void aServiceThatComesWhileTheFirstProtocolIsMadeTakesOver() throws IOException {
        ProtocolFactory bringing = new ProtocolFactory() {
            @Override
            public BaseProtocol newProtocol(ProtocolContext context) {
                add(second, 1);
                return first.newProtocol(context);
            }

            @Override
            public void validate(Map<String, String> options) {}
        };
        add(bringing, 0);
        LineClient client = connect(configured());

        until("it is told", () -> !kinds().isEmpty());

        assertEquals("b1:one", client.ask("one"));
        assertEquals(List.of(Kind.SWITCHED), kinds());
        core.removeProtocol(bringing, true);
        core.removeProtocol(second, true);
        until("it is parked", () -> kinds().equals(List.of(Kind.SWITCHED, Kind.PARKED)));
    }

    @Test
    @Spec("SWITCH-56")
    void anOperatorIsToldOfHisSwitchHoweverMuchIsToldMeanwhile() throws IOException {
        add(first, 0);
        core.addProtocol("other", other, Map.of());
        LineClient client = connect(configured());
        assertEquals("a1:one", client.ask("one"));
        client.send("tw");
        other.on("dataReceived", once(() -> {
            for (int i = 0; i < 2000; i++) {
                core.events.add(Kind.DEADLINE, "another", 1, "tally", "");
            }
        }));
        long id = number();

        SwitchEvent event = get(core.switchProtocol(id, "other"));

        assertEquals(id, event.connection());
        assertEquals(Kind.SWITCHED, event.kind());
        assertEquals("o2:two", client.ask("o"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1000, Long.MIN_VALUE, Long.MAX_VALUE})
    void aNumberThatNoConnectionHasHadIsRefused(long number) throws IOException {
        add(first, 0);
        connect(configured());

        ExecutionException failure = assertThrows(
                ExecutionException.class,
                () -> core.switchProtocol(number, "tally").toCompletableFuture().get(1, TimeUnit.MINUTES));

        assertTrue(failure.getCause() instanceof IllegalArgumentException, failure::toString);
        assertEquals(
                "cannot switch connection " + number + ": there is no open one of this number",
                failure.getCause().getMessage());
    }
}
