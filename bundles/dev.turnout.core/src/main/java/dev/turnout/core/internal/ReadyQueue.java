// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Is where other threads meet the loop: callbacks come in from any of them, and the loop's thread takes them out in order.
 *
 * <p>A linked list with one taker: an adder swaps itself in as the tail, then links its predecessor to itself. The loop's sleep has three states:
 * awake; asleep (it polls, or is about to); woken (somebody called the wake-up, nobody needs to do it again). Only the step from asleep to woken
 * calls the wake-up, so any number of adders cost one.
 *
 * @see "LOOP-1, LOOP-15 to LOOP-18"
 */
final class ReadyQueue {

    private static final int AWAKE = 0;
    private static final int ASLEEP = 1;
    private static final int WOKEN = 2;

    /** How long to wait for an adder that has been stopped in the middle, before the next look. */
    private static final long ADDER_NANOS = 1_000;

    private static final AtomicReferenceFieldUpdater<ReadyQueue, Callback> TAIL =
            AtomicReferenceFieldUpdater.newUpdater(ReadyQueue.class, Callback.class, "tail");

    private final Runnable wakeup;
    private final AtomicInteger sleep = new AtomicInteger(AWAKE);

    /** The callback taken last; only its link matters. */
    private Callback head = new Callback(null, List.of());

    private volatile Callback tail = head;

    ReadyQueue(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Adds a callback behind all others and wakes the loop if it sleeps; any thread. */
    void add(Callback callback) {
        Callback before = TAIL.getAndSet(this, callback);
        before.next = callback;
        wake();
    }

    /** Ends the loop's sleep, if it sleeps; any thread. */
    void wake() {
        if (sleep.get() == ASLEEP && sleep.compareAndSet(ASLEEP, WOKEN)) {
            wakeup.run();
        }
    }

    /** Announces that the loop is going to sleep, and tells whether it may: not if a callback waits. */
    boolean fallAsleep() {
        sleep.set(ASLEEP);
        if (isEmpty()) {
            return true;
        }
        sleep.set(AWAKE);
        return false;
    }

    /** Says that the loop is awake, and tells whether somebody woke it. */
    boolean awake() {
        return sleep.getAndSet(AWAKE) == WOKEN;
    }

    /** Tells whether nothing waits; the taker's thread. */
    boolean isEmpty() {
        return tail == head;
    }

    /** Returns the callback added last: the end of a turn that starts now. */
    Callback last() {
        return tail;
    }

    /** Takes the next callback up to and including {@code last}; null when that one was taken, or when an adder has not linked its own yet. */
    @Nullable
    Callback takeUpTo(Callback last) {
        if (head == last) {
            return null;
        }
        Callback taken = head.next;
        if (taken != null) {
            // an old handle in somebody's hands must not keep all later ones alive
            head.next = null;
            head = taken;
        }
        return taken;
    }

    /** Drops everything that waits, and returns what must reach somebody all the same. */
    List<Delivery> clear() {
        List<Delivery> undelivered = new ArrayList<>();
        Callback end = last();
        while (head != end) {
            Callback dropped = takeUpTo(end);
            if (dropped == null) {
                // an adder is between its two steps, and others may have come behind it
                LockSupport.parkNanos(ADDER_NANOS);
                continue;
            }
            if (dropped.task() instanceof Delivery delivery) {
                undelivered.add(delivery);
            }
            dropped.cancel();
        }
        return undelivered;
    }
}
