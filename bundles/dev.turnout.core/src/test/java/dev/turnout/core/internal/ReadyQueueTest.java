// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Many threads in, one out. */
class ReadyQueueTest {

    private final AtomicInteger wakeups = new AtomicInteger();

    @Test
    @Spec("LOOP-1")
    void givesBackInOrderAndStopsAtTheEndOfTheTurn() {
        ReadyQueue queue = new ReadyQueue(wakeups::incrementAndGet);
        Callback first = add(queue);
        Callback second = add(queue);
        Callback end = queue.last();
        Callback third = add(queue);

        assertSame(first, queue.takeUpTo(end));
        assertSame(second, queue.takeUpTo(end));
        assertNull(queue.takeUpTo(end));
        assertFalse(queue.isEmpty());
        assertSame(third, queue.takeUpTo(queue.last()));
        assertTrue(queue.isEmpty());
        assertNull(queue.takeUpTo(queue.last()));
    }

    @Test
    @Spec("LOOP-33")
    void whatStandsBehindAnAdderThatIsNotDoneIsNotLostWhenItIsCleared() throws Exception {
        ReadyQueue queue = new ReadyQueue(wakeups::incrementAndGet);
        Callback before = queue.last();
        Callback half = new Callback(() -> {}, List.of());
        Field tail = ReadyQueue.class.getDeclaredField("tail");
        tail.setAccessible(true);
        tail.set(queue, half); // the first step of an adder
        Delivery result = new Delivery(() -> {});
        queue.add(new Callback(result, List.of()));
        AtomicReference<List<Delivery>> undelivered = new AtomicReference<>();
        Thread clearing = new Thread(() -> undelivered.set(queue.clear()));
        clearing.start();
        clearing.join(50); // which is enough to go wrong

        before.next = half; // the second step

        clearing.join(30_000);
        assertEquals(List.of(result), undelivered.get());
    }

    @Test
    @Spec("LOOP-18")
    void wakesASleeperOnceHoweverManyComeIn() {
        ReadyQueue queue = new ReadyQueue(wakeups::incrementAndGet);
        add(queue);
        assertFalse(queue.fallAsleep(), "something waits");
        assertEquals(0, wakeups.get(), "nobody slept");
        queue.clear();

        assertTrue(queue.fallAsleep());
        for (int i = 0; i < 1_000; i++) {
            add(queue);
        }

        assertEquals(1, wakeups.get());
        assertTrue(queue.awake());
        assertFalse(queue.awake());
    }

    @Test
    @Spec({"LOOP-15", "LOOP-16", "LOOP-18"})
    void losesNeitherACallbackNorAWakeUpWithManyThreads() throws Exception {
        int threads = 6;
        int perThread = 50_000;
        Semaphore poll = new Semaphore(0);
        ReadyQueue queue = new ReadyQueue(() -> {
            wakeups.incrementAndGet();
            poll.release();
        });
        int[] next = new int[threads];
        List<String> faults = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int thread = t;
            new Thread(() -> {
                        for (int i = 0; i < perThread; i++) {
                            int number = i;
                            queue.add(new Callback(
                                    () -> {
                                        if (next[thread]++ != number) {
                                            faults.add(thread + " at " + number);
                                        }
                                    },
                                    List.of()));
                        }
                    })
                    .start();
        }

        int taken = 0;
        int sleeps = 0;
        while (taken < threads * perThread) {
            sleeps++;
            if (queue.fallAsleep()) {
                assertTrue(poll.tryAcquire(20, TimeUnit.SECONDS), "slept although something waits, after " + taken);
            }
            queue.awake();
            Callback end = queue.last();
            for (Callback c = queue.takeUpTo(end); c != null; c = queue.takeUpTo(end)) {
                c.take().run();
                taken++;
            }
        }

        assertEquals(List.of(), faults);
        assertTrue(queue.isEmpty());
        assertTrue(wakeups.get() <= sleeps, "more wake-ups than attempts to sleep");
    }

    private static Callback add(ReadyQueue queue) {
        Callback callback = new Callback(() -> {}, List.of());
        queue.add(callback);
        return callback;
    }
}
