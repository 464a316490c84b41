// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps timers by due time, those of equal time in the order they came.
 *
 * <p>Thread: the loop's, except {@link #countCancelled()}. A cancelled timer stays until it comes to the top, or until more than half of over
 * {@value #PURGE_ABOVE} are cancelled; then all of those go at once.
 *
 * @see "LOOP-9, LOOP-10, LOOP-12, LOOP-14"
 */
final class TimerHeap {

    static final int PURGE_ABOVE = 100;

    private Timer[] heap = new Timer[64];
    private int size;
    private long sequences;

    // A hint: a cancel from a foreign thread may be counted although the timer just left; purging then comes early, no
    // harm done.
    private final AtomicInteger cancelled = new AtomicInteger();

    void add(Timer timer) {
        timer.sequence = sequences++;
        restore(timer);
        purgeIfMostlyCancelled();
    }

    /** Puts a timer back that was taken but did not get its run; it keeps its place. */
    void restore(Timer timer) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        timer.queued = true;
        up(size++, timer);
    }

    /** Returns the time of the first timer that is not cancelled, or {@link Long#MAX_VALUE} if there is none. */
    long firstTime() {
        while (size > 0 && heap[0].task() == null) {
            removeFirst();
            cancelled.decrementAndGet();
        }
        return size == 0 ? Long.MAX_VALUE : heap[0].when;
    }

    /** Takes the first timer if it is due; a cancelled one is never returned. */
    @Nullable
    Timer takeDue(long now) {
        return firstTime() <= now && size > 0 ? removeFirst() : null;
    }

    /** Counts one more cancelled timer; any thread. */
    void countCancelled() {
        cancelled.incrementAndGet();
    }

    void purgeIfMostlyCancelled() {
        if (size > PURGE_ABOVE && cancelled.get() > size / 2) {
            purge();
        }
    }

    int size() {
        return size;
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            heap[i].queued = false;
        }
        heap = new Timer[1];
        size = 0;
        cancelled.set(0);
    }

    private void purge() {
        cancelled.set(0);
        int live = 0;
        for (int i = 0; i < size; i++) {
            Timer timer = heap[i];
            if (timer.task() == null) {
                timer.queued = false;
            } else {
                heap[live++] = timer;
            }
        }
        Arrays.fill(heap, live, size, null);
        size = live;
        for (int i = live / 2 - 1; i >= 0; i--) {
            down(i, heap[i]);
        }
    }

    private Timer removeFirst() {
        Timer first = heap[0];
        Timer last = heap[--size];
        heap[size] = null;
        if (size > 0) {
            down(0, last);
        }
        first.queued = false;
        return first;
    }

    private void up(int start, Timer timer) {
        int hole = start;
        while (hole > 0) {
            int parent = (hole - 1) >>> 1;
            if (!timer.isBefore(heap[parent])) {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = timer;
    }

    private void down(int start, Timer timer) {
        int hole = start;
        int half = size >>> 1;
        while (hole < half) {
            int child = 2 * hole + 1;
            if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
                child++;
            }
            if (!heap[child].isBefore(timer)) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = timer;
    }
}
