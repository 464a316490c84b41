// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Holds a report back for a while: what mends itself meanwhile is not reported. At most one report waits; a later one takes its place.
 *
 * <p>Threads: any. The report runs on the loop's thread.
 */
final class DelayedReport {

    /** Is one report on its loop. */
    private static final class Waiting {
        final IoLoop loop;
        final Runnable report;

        /** The loop's own. */
        @Nullable
        TimerHandle timer;

        Waiting(IoLoop loop, Runnable report) {
            this.loop = loop;
            this.report = report;
        }
    }

    private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();

    /** Runs the report on the loop after the delay, unless another or {@link #drop} comes first. */
    void hold(IoLoop loop, Duration delay, Runnable report) {
        Waiting next = new Waiting(loop, report);
        end(waiting.getAndSet(next));
        LoopCalls.on(loop, () -> {
            if (waiting.get() == next) {
                next.timer = loop.callLater(delay, () -> run(next));
            }
        });
    }

    /** Forgets the report that waits, if one does. */
    void drop() {
        end(waiting.getAndSet(null));
    }

    private void run(Waiting due) {
        if (waiting.compareAndSet(due, null)) {
            due.report.run();
        }
    }

    /** Takes the timer off the loop, so that nothing stays there when nobody is to hear of it any more. */
    private static void end(@Nullable Waiting former) {
        if (former != null) {
            LoopCalls.on(former.loop, () -> {
                if (former.timer != null) {
                    former.timer.cancel();
                }
            });
        }
    }
}
