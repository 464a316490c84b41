// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

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
        LineClient bystander = connect(named("other", "protocol", "other"));
        assertEquals("o1:x", bystander.ask("x"));
        Map<Integer, Integer> perTurn = new ConcurrentHashMap<>();
        Tally slow = new Tally("b").on("takeOver 1", () -> {
            perTurn.merge(turn.get(), 1, Integer::sum);
            keepBusy();
        });
        on(loop, () -> loop.callSoon(this::countTurns));

        add(slow, 1);
        int served = 0;
        while (slow.calls.size() < CONNECTIONS) {
            assertEquals("o" + (served + 2) + ":y", bystander.ask("y"));
            served++;
        }
        until("all are told", () -> switched().size() == CONNECTIONS);
        counting.set(false);

        long most = loop.getSlowCallbackDuration().toNanos() / TAKE_OVER_NANOS / 10;
        assertTrue(perTurn.values().stream().allMatch(count -> count <= most), perTurn::toString);
        assertTrue(perTurn.size() >= CONNECTIONS / most, () -> perTurn.size() + " turns");
        assertTrue(served >= 20, "the bystander got " + served + " answers meanwhile");
        for (LineClient client : all) {
            assertEquals("b2:z", client.ask("z"));
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
}
