// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import java.time.Duration;

/**
 * A child whose stream has ended and that may finish what it does for a moment before it is killed. Its loop knows it meanwhile: an orderly shutdown waits
 * for it, and a hard one ends it. Thread: the loop's.
 *
 * @see "PROC-57, LOOP-31, LOOP-32"
 */
final class LeavingChild implements LoopResource {

    private static final Duration MOMENT = Duration.ofSeconds(2);

    private final IoLoop loop;
    private final Child child;
    private final Family family;
    private final TimerHandle end;
    private boolean over;

    private LeavingChild(IoLoop loop, Child child, Family family) {
        this.loop = loop;
        this.child = child;
        this.family = family;
        end = loop.callLater(MOMENT, this::abort);
    }

    /** Begins its moment, on the loop. */
    static void begin(IoLoop loop, Child child, Family family) {
        LeavingChild leaving = new LeavingChild(loop, child, family);
        loop.attach(leaving);
        child.whenEnded(loop, leaving, leaving::abort);
    }

    @Override
    public boolean isServer() {
        return false;
    }

    /** Does nothing: its end is near anyway. */
    @Override
    public void close() {
        // see above
    }

    /** Ends what is left of it. */
    @Override
    public void abort() {
        if (!over) {
            over = true;
            end.cancel();
            family.end(child.process(), child.mark());
            loop.detach(this);
        }
    }

    @Override
    public void dropped() {
        family.end(child.process(), child.mark());
    }

    @Override
    public String toString() {
        return "child " + child.program() + " (pid " + child.process().pid() + "), whose stream has ended,";
    }
}
