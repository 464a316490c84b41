// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.network.TestNetwork;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many connections are switched in slices. */
class SweepTest extends Serving {

    private static final int CONNECTIONS = 500;
    private static final long TAKE_OVER_NANOS = 1_000_000;

    private final Tally first = new Tally("a");
    private final IoLoop loop = loops.loops().get(0);
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicBoolean counting = new AtomicBoolean(true);

    SweepTest() {
        super(1);
    }

    private void countTurns() {
        turn.incrementAndGet();
        if (counting.get()) {
            loop.callSoon(this::countTurns);
        }
    }

    private static void keepBusy() {
        long until = System.nanoTime() + TAKE_OVER_NANOS;
        while (System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    @Spec("SWITCH-35")
    void servesOthersWhileManyConnectionsAreSwitched() throws Exception {
        add(first, 0);
        core.addProtocol("other", new Tally("o"), Map.of());
        List<LineClient> all = connect(configured(), CONNECTIONS);
        for (LineClient client : all) {
            assertEquals("a1:x", client.ask("x"));
        }
        Tally slow = new Tally("b");
        Bystander bystander = new Bystander(slow);
        get(new BoundNetwork(core, "test")
                .createConnection(
                        () -> bystander,
                        "127.0.0.1",
                        TestNetwork.port(
                                named("other", "protocol", "other").entry().server()),
                        ConnectOptions.DEFAULTS));
        Map<Integer, Integer> perTurn = new ConcurrentHashMap<>();
        slow.on("takeOver 1", () -> {
            perTurn.merge(turn.get(), 1, Integer::sum);
            keepBusy();
        });
        on(loop, () -> loop.callSoon(this::countTurns));

        add(slow, 1);
        until("all are told", () -> switched().size() == CONNECTIONS);
        counting.set(false);

        long most = loop.getSlowCallbackDuration().toNanos() / TAKE_OVER_NANOS / 10;
        assertTrue(perTurn.values().stream().allMatch(count -> count <= most), perTurn::toString);
        assertTrue(perTurn.size() >= CONNECTIONS / most, () -> perTurn.size() + " turns");
        int served = on(loop, () -> bystander.served);
        assertTrue(served >= 20, "the bystander got " + served + " answers meanwhile");
        assertEquals(List.of(), bystander.wrong);
        for (LineClient client : all) {
            assertEquals("b2:z", client.ask("z"));
        }
    }

    /** Asks again with every answer, from the same loop, so that a thread that is not run for a while does not count for it. */
    private static final class Bystander implements Protocol {

        /** Whose connections are being switched. */
        private final Tally switching;

        final List<String> wrong = new CopyOnWriteArrayList<>();
        private final StringBuilder line = new StringBuilder();
        private Transport transport;
        private int answers;
        /** How many answers came between the first and the last switch. */
        int served;

        Bystander(Tally switching) {
            this.switching = switching;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
            ask();
        }

        private void ask() {
            transport.write(new byte[] {'y', '\n'});
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            line.append(StandardCharsets.US_ASCII.decode(data));
            if (line.charAt(line.length() - 1) != '\n') {
                return;
            }
            answers++;
            if (!line.toString().equals("o" + answers + ":y\n")) {
                wrong.add(line.toString());
            }
            line.setLength(0);
            int switched = switching.calls.size();
            if (switched > 0 && switched < CONNECTIONS) {
                served++;
            }
            if (switched < CONNECTIONS) {
                ask();
            }
        }
    }

    private List<SwitchEvent> switched() {
        return events.stream().filter(event -> event.kind() == Kind.SWITCHED).toList();
    }

    @Test
    @Spec("SWITCH-35")
    void takesLessThanAMillisecondPerConnectionOfItsOwn() throws IOException {
        add(first, 0);
        for (LineClient client : connect(configured(), CONNECTIONS)) {
            assertEquals("a1:x", client.ask("x"));
        }

        add(new Tally("b"), 1);
        until("all are told", () -> switched().size() == CONNECTIONS);

        long[] nanos =
                switched().stream().mapToLong(SwitchEvent::nanos).sorted().toArray();
        assertTrue(nanos[0] > 0);
        long median = nanos[CONNECTIONS / 2];
        assertTrue(median < TimeUnit.MILLISECONDS.toNanos(1), "the median is " + median + " ns");
    }

    /** Says what one connection's protocol, or its factory, does instead of what it should. */
    enum Fault {
        IS_NOT_MADE,
        DOES_NOT_SAY,
        ASKS_FOR_ANOTHER,
        DOES_NOT_BEGIN
    }

    /** Is the protocol that has it. */
    private static final class Bad implements Protocol, Switchable {

        private final Fault fault;

        Bad(Fault fault) {
            this.fault = fault;
        }

        @Override
        public void connectionMade(BaseTransport transport) {
            throw new StackOverflowError();
        }

        @Override
        public SwitchSupport switchSupport() {
            if (fault == Fault.DOES_NOT_SAY) {
                throw new StackOverflowError();
            }
            return new SwitchSupport("test.tally", 1, 1);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            return HandoverState.empty().with("lines.v1", 0);
        }

        @Override
        public void takeOver(BaseTransport transport, HandoverState state, HandoverContext context) {
            transport.setProtocol(new Bad(fault));
        }

        @Override
        public void takeBack(HandoverState state) {
            // goes on
        }
    }

    /** Serves all but the fifth well. */
    private static ProtocolFactory badFor(Fault fault, Tally others) {
        AtomicInteger made = new AtomicInteger();
        return context -> {
            if (made.incrementAndGet() != 5) {
                return others.newProtocol(context);
            }
            if (fault == Fault.IS_NOT_MADE) {
                throw new NoClassDefFoundError("org/example/Gone");
            }
            return new Bad(fault);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "IS_NOT_MADE,true",
        "IS_NOT_MADE,false",
        "DOES_NOT_SAY,true",
        "DOES_NOT_SAY,false",
        "ASKS_FOR_ANOTHER,true",
        "ASKS_FOR_ANOTHER,false"
    })
    @Spec({"SWITCH-27", "SWITCH-34", "SWITCH-40"})
    void switchesTheOthersWhateverTheProtocolOfOneDoes(Fault fault, boolean inPlace) throws IOException {
        add(first, 0);
        for (LineClient client : connect(configured("park.timeout", "1m"), 25)) {
            assertEquals("a1:x", client.ask("x"));
        }
        Tally others = new Tally("b");

        if (inPlace) {
            core.removeProtocol(first, true);
        }
        add(badFor(fault, others), inPlace ? 0 : 1);

        until("the others are switched", () -> others.calls.size() == 24);
        until("it is told", () -> kinds().contains(Kind.FAILED));
        assertEquals(
                1, events.stream().filter(event -> event.kind() == Kind.FAILED).count());
        assertTrue(events.size() < 100, () -> events.size() + " events");
    }

    @Test
    @Spec("SWITCH-44")
    void beginsTheOthersWhateverTheProtocolOfOneDoes() throws IOException {
        ConfiguredServer server = configured("park.timeout", "1m");
        connect(server, 25);
        until("all are parked", () -> server.counters.parked.get() == 25);
        Tally others = new Tally("b");

        add(badFor(Fault.DOES_NOT_BEGIN, others), 0);

        until("the others have begun", () -> others.calls.size() == 24);
        until("none is parked", () -> server.counters.parked.get() == 0);
    }
}
