// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What comes before what, on one loop: what is done in one turn of it is done before any deadline, however slow the machine is. */
class DrainOrderTest extends Serving {

    private final Tally first = new Tally("a");
    private final IoLoop loop = loops.loops().get(0);

    DrainOrderTest() {
        super(1);
    }

    private List<Kind> latest() {
        return core.events.latest().stream().map(SwitchEvent::kind).toList();
    }

    @Test
    @Spec("SWITCH-39")
    void drainsByHandThoseThatGetAnotherProtocolMeanwhileToo() throws IOException {
        add(first, 0);
        LineClient client = connect(configured());
        assertEquals("a1:x", client.ask("x"));

        CompletionStage<Void> drained = on(loop, () -> {
            CompletionStage<Void> ordered = core.drain("test", Duration.ofMillis(100));
            add(new Tally("b"), 1);
            return ordered;
        });

        assertEquals("", client.read());
        get(drained);
        assertEquals(List.of(Kind.DRAIN_BEGUN, Kind.SWITCHED, Kind.DEADLINE, Kind.DRAIN_ENDED), latest());
    }

    @Test
    @Spec({"SWITCH-42", "SWITCH-45"})
    void parksForLongerThanOthersDrain() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.connections", "1", "park.timeout", "2s", "drain.deadline", "2500ms");
        LineClient one = connect(server);
        LineClient other = connect(server);
        assertEquals("a1:x", one.ask("x"));
        assertEquals("a1:x", other.ask("x"));

        on(loop, () -> {
            core.removeProtocol(first, true);
            return true;
        });

        until("both are over", () -> latest().containsAll(List.of(Kind.DRAIN_ENDED, Kind.EXPIRED)));
        assertTrue(latest().indexOf(Kind.DEADLINE) < latest().indexOf(Kind.EXPIRED), () -> latest().toString());
    }

    @Test
    @Spec({"SWITCH-42", "SWITCH-45"})
    void keepsParkedConnectionsWhileOthersDrain() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured("park.connections", "1", "park.timeout", "1m", "drain.deadline", "2m");
        LineClient one = connect(server);
        LineClient other = connect(server);
        assertEquals("a1:x", one.ask("x"));
        assertEquals("a1:x", other.ask("x"));

        core.removeProtocol(first, false);
        until("it is kept for longer than the other one drains", () -> minutesLeftOfParking() >= 2);
        add(new Tally("b"), 0);

        until("the parked one goes on", () -> kinds().contains(Kind.RESUMED));
        assertFalse(kinds().contains(Kind.EXPIRED));
    }

    /** Returns how long the connection that is parked is so at most, from now on. */
    private long minutesLeftOfParking() {
        long[] left = new long[1];
        for (Session session : core.sessions.values()) {
            get(LoopCalls.on(session.transport.loop(), () -> {
                TimerHandle timer = session.timer;
                if (session.parked != null && timer != null) {
                    left[0] = timer.when() - session.transport.loop().time();
                }
            }));
        }
        return Duration.ofNanos(left[0]).toMinutes();
    }
}
