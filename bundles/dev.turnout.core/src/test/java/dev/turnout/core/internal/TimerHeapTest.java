// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The heap against a sorted list. */
class TimerHeapTest {

    private final TimerHeap heap = new TimerHeap();

    @RepeatedTest(200)
    @Spec({"LOOP-9", "LOOP-10", "LOOP-12"})
    void givesWhatASortedListWouldGive(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Timer> model = new ArrayList<>();
        int steps = 50 + random.nextInt(2_000);
        for (int step = 0; step < steps; step++) {
            int choice = random.nextInt(10);
            if (choice < 6) {
                Timer timer = timer(random.nextInt(20));
                heap.add(timer);
                model.add(timer);
            } else if (choice < 8 && !model.isEmpty()) {
                model.remove(random.nextInt(model.size())).cancel();
            } else {
                long now = random.nextInt(20);
                Timer expected = model.stream()
                        .min(Comparator.comparingLong((Timer t) -> t.when).thenComparingLong(t -> t.sequence))
                        .filter(first -> first.when <= now)
                        .orElse(null);
                Timer taken = heap.takeDue(now);
                assertEquals(expected, taken);
                if (taken != null) {
                    model.remove(taken);
                    assertFalse(taken.queued);
                    if (random.nextInt(4) == 0) {
                        heap.restore(taken);
                        model.add(taken);
                    }
                }
            }
            long first = model.stream().mapToLong(t -> t.when).min().orElse(Long.MAX_VALUE);
            assertEquals(first, heap.firstTime());
        }

        model.sort(Comparator.comparingLong((Timer t) -> t.when).thenComparingLong(t -> t.sequence));
        for (Timer expected : model) {
            assertEquals(expected, heap.takeDue(Long.MAX_VALUE));
        }
        assertNull(heap.takeDue(Long.MAX_VALUE));
        assertEquals(0, heap.size());
    }

    @Test
    @Spec("LOOP-14")
    void scheduleAndCancelChurnDoesNotGrow() {
        Timer first = timer(0);
        heap.add(first);
        for (int i = 0; i < 100_000; i++) {
            Timer timer = timer(1_000_000 + i);
            heap.add(timer);
            timer.cancel();
            assertTrue(heap.size() <= 2 * TimerHeap.PURGE_ABOVE, () -> "size " + heap.size());
        }

        assertEquals(first, heap.takeDue(0));
    }

    @Test
    @Spec("LOOP-14")
    void purgesOnlyWhenMoreThanHalfOfOverAHundredAreCancelled() {
        List<Timer> timers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            timers.add(timer(i));
            heap.add(timers.get(i));
        }
        timers.subList(100, 200).forEach(Timer::cancel);
        heap.purgeIfMostlyCancelled();
        assertEquals(200, heap.size(), "half is not more than half");

        timers.get(99).cancel();
        heap.purgeIfMostlyCancelled();

        assertEquals(99, heap.size());
        for (int i = 0; i < 99; i++) {
            assertEquals(timers.get(i), heap.takeDue(Long.MAX_VALUE));
        }
    }

    @Test
    @Spec("LOOP-4")
    void cancellingTwiceOrAfterTheRunCountsNothing() {
        Timer fired = timer(0);
        heap.add(fired);
        heap.takeDue(0).take().run();
        fired.cancel();
        fired.cancel();

        assertFalse(fired.cancelled());
        assertEquals(Long.MAX_VALUE, heap.firstTime());
    }

    private Timer timer(long when) {
        return new Timer(heap, when, () -> {}, List.of());
    }
}
