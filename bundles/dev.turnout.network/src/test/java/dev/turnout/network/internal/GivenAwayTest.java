// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.network.BundleLoader;
import dev.turnout.network.ShiftFilter;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of a connection that code gives to a protocol while the network switches, parks or drains it, and of what the server counts. What has
 * gone to a protocol of another bundle belongs to no service any more.
 */
class GivenAwayTest extends Serving {

    private final Tally first = new Tally("a");
    private final Tally second = new Tally("b");
    private final Tally other = new Tally("o");

    GivenAwayTest() {
        super(1);
    }

    /** Is of a bundle of its own, and sends back what it gets. */
    public static final class Foreign implements Protocol, Switchable {

        private static final SwitchSupport SUPPORT = new SwitchSupport("test.tally", 1, 1);
        private Transport transport;

        /** Is called by reflection, as its class is loaded by another loader. */
        public Foreign() {}

        @Override
        public void dataReceived(ByteBuffer data) {
            transport.write(data);
        }

        @Override
        public SwitchSupport switchSupport() {
            return SUPPORT;
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            return HandoverState.empty().with("lines.v1", 0);
        }

        @Override
        public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
            transport = (Transport) taken;
        }

        @Override
        public void takeBack(HandoverState state) {}
    }

    private static BaseProtocol foreign() {
        try {
            return (BaseProtocol) new BundleLoader("com.example.foreign", "1.0.0")
                    .load(Foreign.class)
                    .getConstructor()
                    .newInstance();
        } catch (IOException | ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Gives the first connection of a service away. */
    private static void give(Tally from, BaseProtocol to) {
        from.made.get(0).transport.setProtocol(to);
    }

    private void assertLeftAlone(LineClient client, ConfiguredServer server, Kind... told) throws IOException {
        assertEquals("two", client.ask("two"));
        until("all is told", () -> kinds().size() >= told.length);
        assertEquals(List.of(told), kinds());
        assertEquals(0, server.counters.parked.get());
        Session session = core.sessions.values().iterator().next();
        on(loops.loops().get(0), () -> {
            assertNull(session.charge());
            assertFalse(session.isDraining());
            assertNull(session.timer);
            return true;
        });
    }

    /** Has the protocol of the first connection give it away when it is asked for the n-th time what it supports. */
    private void giveAsItIsAsked(int question) {
        SwitchSupport support = new SwitchSupport("test.tally", 1, 1);
        BaseProtocol next = foreign();
        AtomicInteger asked = new AtomicInteger();
        first.supports(() -> {
            if (asked.incrementAndGet() == question) {
                give(first, next);
            }
            return support;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    @Spec({"SWITCH-37", "SWITCH-62"})
    void whileItsServiceLeavesAndItsProtocolIsAskedWhatItSupports(int question) throws IOException {
        itsServiceLeavesAndAt(question);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    @Spec({"SWITCH-37", "SWITCH-40"})
    void whileAnotherServiceTakesThePlaceOfItsOwn(int question) throws IOException {
        add(second, -1);
        itsServiceLeavesAndAt(question);
    }

    private void itsServiceLeavesAndAt(int question) throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        giveAsItIsAsked(question);

        core.removeProtocol(first, true);

        assertLeftAlone(client, server, Kind.SWITCHED, Kind.FAILED);
    }

    @Test
    @Spec({"SWITCH-37", "SWITCH-62"})
    void whatCodeGivesToAProtocolWhileItIsParkedWaitsForNoService() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.timeout", "500ms");
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        core.removeProtocol(first, true);
        assertEquals(1, server.counters.parked.get());
        client.send("two\n");

        BaseProtocol next = other.newProtocol(null);
        on(loops.loops().get(0), () -> {
            give(first, next);
            return true;
        });

        assertEquals("o2:two", client.read());
        assertEquals(0, server.counters.parked.get());
        CompletableFuture<Void> longAfter = new CompletableFuture<>();
        on(
                loops.loops().get(0),
                () -> loops.loops().get(0).callLater(Duration.ofSeconds(1), () -> longAfter.complete(null)));
        get(longAfter);
        assertEquals("o3:three", client.ask("three"));
        assertEquals(List.of(Kind.PARKED, Kind.RESUMED), kinds());
    }

    @Test
    @Spec({"SWITCH-37", "SWITCH-62"})
    void whatItsProtocolGivesAwayWhileItIsParkedWaitsForNoService() throws IOException {
        Tally leaving = new Tally("a", 1, 2);
        add(leaving, 0);
        ConfiguredServer server = configured("park.timeout", "500ms");
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        BaseProtocol next = other.newProtocol(null);
        leaving.on("takeBack", once(() -> give(leaving, next)));

        core.removeProtocol(leaving, true);

        assertEquals("o2:two", client.ask("two"));
        assertEquals(0, server.counters.parked.get());
        add(second, 0);
        assertEquals("o3:three", client.ask("three"));
        until("both are told", () -> kinds().size() == 2);
        assertEquals(List.of(Kind.PARKED, Kind.RESUMED), kinds());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Spec({"SWITCH-27", "SWITCH-37"})
    void inTheCallbackByWhichASuccessorTakesOver(boolean parked) throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        if (parked) {
            core.removeProtocol(first, true);
        }
        BaseProtocol next = foreign();
        second.on("takeOver 1", once(() -> give(second, next)));

        Kind[] told = parked
                ? new Kind[] {Kind.PARKED, Kind.RESUMED, Kind.SWITCHED}
                : new Kind[] {Kind.SWITCHED, Kind.SWITCHED};

        add(second, 1);
        until("it is given away", () -> kinds().size() == told.length);
        core.removeProtocol(second, true);

        assertLeftAlone(client, server, told);
    }

    @Test
    @Spec("SWITCH-37")
    void whileItDrainsAsItsServiceHasLeft() throws IOException {
        first.supports(() -> null);
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        CompletableFuture<Void> stop = CompletableFuture.runAsync(() -> core.removeProtocol(first, true));
        until("it drains", () -> kinds().contains(Kind.DRAIN_BEGUN));
        SwitchSupport support = new SwitchSupport("test.tally", 1, 1);
        first.supports(() -> support);
        BaseProtocol next = foreign();

        on(loops.loops().get(0), () -> {
            give(first, next);
            return true;
        });

        get(stop); // which waits for it no more
        assertLeftAlone(client, server, Kind.FAILED, Kind.DRAIN_BEGUN, Kind.SWITCHED, Kind.DRAIN_ENDED);
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-62"})
    void whatComesBackToTheSuccessorOfAParkedConnectionIsCountedOnce() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        core.removeProtocol(first, true);
        BaseProtocol between = other.newProtocol(null);
        second.on("takeOver 1", once(() -> give(second, between)));
        other.on("takeOver 1", once(() -> give(other, second.made.get(0))));

        add(second, 0);

        until("it is back", () -> kinds().size() == 4);
        assertEquals("b2:two", client.ask("two"));
        assertEquals(List.of(Kind.PARKED, Kind.RESUMED, Kind.SWITCHED, Kind.SWITCHED), kinds());
        assertEquals(0, server.counters.parked.get());
    }

    @Test
    @Spec({"SWITCH-25", "SWITCH-62"})
    void readingStaysPausedIfTheProtocolPausesItThatCodeGivesAParkedConnectionTo() throws IOException {
        add(first, 0);
        LineClient client = connect(configured());
        assertEquals("a1:one", client.ask("one"));
        core.removeProtocol(first, true);
        client.send("two\n");
        BaseProtocol next = other.newProtocol(null);
        other.on("takeOver 1", () -> other.made.get(0).transport.pauseReading());

        boolean reading = on(loops.loops().get(0), () -> {
            give(first, next);
            return other.made.get(0).transport.isReading();
        });

        assertFalse(reading);
        on(loops.loops().get(0), () -> {
            other.made.get(0).transport.resumeReading();
            return true;
        });
        assertEquals("o2:two", client.read());
    }

    @Test
    @Spec("SWITCH-62")
    void aServerAcceptsAgainWhenCodeHasTakenWhatWasParked() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.connections", "2");
        List<LineClient> all = connect(server, 2);
        for (LineClient client : all) {
            assertEquals("a1:one", client.ask("one"));
        }
        core.removeProtocol(first, true);
        until("both are parked", () -> server.counters.parked.get() == 2);
        on(loops.loops().get(0), () -> {
            first.made.forEach(one -> one.transport.setProtocol(other.newProtocol(null)));
            return true;
        });

        connect(server);

        until("it is accepted", () -> server.counters.open.get() == 3);
    }

    @Test
    @Spec({"SWITCH-56", "SWITCH-62"})
    void aServerAcceptsAgainWhenAnOperatorHasTakenWhatWasParked() throws IOException {
        add(first, 0);
        core.addProtocol("other", other, Map.of());
        ConfiguredServer server = configured("park.connections", "1");
        LineClient client = connect(server);
        assertEquals("a1:one", client.ask("one"));
        core.removeProtocol(first, true);
        until("it is parked", () -> server.counters.parked.get() == 1);
        get(core.switchProtocol(core.sessions.values().iterator().next().id, "other"));

        connect(server);

        until("another one is accepted", () -> server.counters.open.get() == 2);
    }

    @Test
    @Spec("SWITCH-62")
    void whatWasParkedAboveAFilterIsCountedOnceWhenItGoesOn() throws IOException {
        core.addFilter("shift", new ShiftFilter.Provider("shift"), Map.of());
        add(first, 0);
        ConfiguredServer server = configured("endpoint", "shift+tcp://127.0.0.1:0");
        LineClient client = connect(server);
        client.send("sx");
        until("its protocol has it", () -> !first.calls.isEmpty());
        core.removeProtocol(first, true);
        until("it is parked", () -> kinds().equals(List.of(Kind.PARKED)));
        assertEquals(1, server.counters.parked.get());

        add(second, 0);

        until("it goes on", () -> kinds().equals(List.of(Kind.PARKED, Kind.RESUMED)));
        assertEquals(0, server.counters.parked.get());
    }
}
