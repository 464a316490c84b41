// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static dev.turnout.network.TestNetwork.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Drains of the longest and the shortest time. */
class DrainTimeTest extends Serving {

    private final Tally first = new Tally("a");
    private final IoLoop loop = loops.loops().get(0);

    DrainTimeTest() {
        super(1);
    }

    private List<Kind> latest() {
        return core.events.latest().stream().map(SwitchEvent::kind).toList();
    }

    @Test
    @Spec("SWITCH-39")
    void drainsByHandForAsLongAsCodeAsks() throws IOException {
        add(first, 0);
        ConfiguredServer server = configured();
        LineClient client = connect(server);
        assertEquals("a1:x", client.ask("x"));

        CompletionStage<Void> drained = core.drain("test", Duration.ofSeconds(Long.MAX_VALUE));
        until("it has begun", () -> latest().contains(Kind.DRAIN_BEGUN));

        assertEquals("a2:y", client.ask("y"));
        client.close();
        get(drained);
    }

    @Test
    @Spec("SWITCH-39")
    void tellsThatADrainBeginsBeforeItsDeadlineWhichMayBeAtOnce() throws IOException {
        add(first, 0);
        for (LineClient client : connect(configured(), 3)) {
            assertEquals("a1:x", client.ask("x"));
        }
        Drain drain = new Drain(core.events, "test", "tally", Duration.ZERO, Duration.ofMinutes(1), true);

        for (Session session : core.sessions.values()) {
            // each in a turn of its own, as on loops of their own
            get(LoopCalls.on(loop, () -> drain.join(session)));
            on(loop, () -> true);
            on(loop, () -> true);
        }
        drain.begun("a test wants it");
        get(drain.over);

        assertEquals(List.of(Kind.DRAIN_BEGUN, Kind.DEADLINE, Kind.DRAIN_ENDED), latest());
        assertEquals(3, core.events.latest().get(1).connections());
    }
}
