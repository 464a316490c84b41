// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.Handle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is a callback with its handle, and at the same time its own link in the {@link ReadyQueue}, so that scheduling makes one object.
 *
 * <p>Waiting until it is taken or cancelled, whichever comes first; then it holds its task no longer.
 *
 * @see "LOOP-3, LOOP-4, LOOP-5, LOOP-38"
 */
class Callback implements Handle {

    /** The callback behind this one in its queue; belongs to the queue. */
    volatile @Nullable Callback next;

    private @Nullable Runnable task;
    private final List<StackTraceElement> origin;
    private boolean cancelled;

    /** Makes a callback; {@code origin} is where it was scheduled, empty outside debug mode. */
    Callback(@Nullable Runnable task, List<StackTraceElement> origin) {
        this.task = task;
        this.origin = origin;
    }

    /** Returns the task for its one run, or null if there is none (any more). */
    final @Nullable Runnable take() {
        Runnable taken = task;
        task = null;
        return taken;
    }

    /** Returns the task and keeps it, for callbacks that run more than once. */
    final @Nullable Runnable task() {
        return task;
    }

    final List<StackTraceElement> origin() {
        return origin;
    }

    @Override
    public void cancel() {
        if (task != null) {
            cancelled = true;
            task = null;
        }
    }

    @Override
    public final boolean cancelled() {
        return cancelled;
    }

    @Override
    public String toString() {
        Runnable waiting = task;
        String what = waiting == null ? (cancelled ? "cancelled callback" : "callback") : "callback " + waiting;
        return origin.isEmpty() ? what : what + " scheduled at " + origin.get(0);
    }
}
