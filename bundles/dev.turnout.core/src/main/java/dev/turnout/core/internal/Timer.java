// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.TimerHandle;
import java.util.List;

/**
 * Is a callback that waits for its time in a {@link TimerHeap}.
 *
 * @see "LOOP-11"
 */
final class Timer extends Callback implements TimerHandle {

    final long when;

    /** Orders timers of equal time; set when the heap first gets the timer. */
    long sequence;

    /** Whether the heap holds this timer. */
    boolean queued;

    private final TimerHeap heap;

    Timer(TimerHeap heap, long when, Runnable task, List<StackTraceElement> origin) {
        super(task, origin);
        this.heap = heap;
        this.when = when;
    }

    boolean isBefore(Timer other) {
        return when < other.when || (when == other.when && sequence < other.sequence);
    }

    @Override
    public long when() {
        return when;
    }

    @Override
    public void cancel() {
        boolean waiting = task() != null;
        super.cancel();
        if (waiting && queued) {
            heap.countCancelled();
        }
    }
}
