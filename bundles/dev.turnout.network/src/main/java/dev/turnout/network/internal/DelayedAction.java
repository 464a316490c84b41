// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Holds an action back for a while, such as the report of something that may mend itself meanwhile. At most one waits; a later one takes its place.
 *
 * <p>Threads: any. The action runs on the loop's thread.
 */
final class DelayedAction {

    /** Is one action on its loop. */
    private static final class Waiting {
        final IoLoop loop;
        final Runnable action;

        /** The loop's own. */
        @Nullable
        TimerHandle timer;

        Waiting(IoLoop loop, Runnable action) {
            this.loop = loop;
            this.action = action;
        }
    }

    private final AtomicReference<@Nullable Waiting> waiting = new AtomicReference<>();

    /** Runs the action on the loop after the delay, unless another or {@link #drop} comes first. */
    void hold(IoLoop loop, Duration delay, Runnable action) {
        Waiting next = new Waiting(loop, action);
        end(waiting.getAndSet(next));
        LoopCalls.on(loop, () -> {
            if (waiting.get() == next) {
                next.timer = loop.callLater(delay, () -> run(next));
            }
        });
    }

    /** Forgets the action that waits, if one does. */
    void drop() {
        end(waiting.getAndSet(null));
    }

    private void run(Waiting due) {
        if (waiting.compareAndSet(due, null)) {
            due.action.run();
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
