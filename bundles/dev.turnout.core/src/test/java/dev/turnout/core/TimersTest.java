// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.testkit.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Timers on the loop's own clock. */
class TimersTest extends LoopFixture {

    @Test
    @Spec("LOOP-6")
    void neverFiresBeforeTheDelayHasPassed() {
        List<Long> early = new ArrayList<>();
        long[] delays = {1, 1_000, 400_000, 999_999, 1_000_001, 2_500_000, 7_000_000};
        CompletableFuture<Void> all = new CompletableFuture<>();
        int[] left = {delays.length};
        for (long delay : delays) {
            long start = loop.time();
            loop.callLater(delay, () -> {
                long passed = loop.time() - start;
                if (passed < delay) {
                    early.add(delay);
                }
                if (--left[0] == 0) {
                    all.complete(null);
                }
            });
        }

        run(all);

        assertEquals(List.of(), early);
    }

    @Test
    @Spec("LOOP-7")
    void takesZeroAndNegativeDelaysAsSoonButNotNow() {
        loop.callSoon(() -> {
            loop.callLater(0, () -> trace.add("zero"));
            loop.callLater(-5_000_000_000L, () -> trace.add("negative"));
            loop.callLater(Duration.ofDays(-400_000), () -> trace.add("very negative"));
            trace.add("scheduled");
        });

        runTurns(1);

        assertEquals(List.of("scheduled"), trace);
        runTurns(1);
        assertEquals(List.of("scheduled", "very negative", "negative", "zero"), trace);
    }

    @Test
    @Spec({"LOOP-7", "LOOP-2"})
    void aTimerThatReArmsItselfWithoutDelayFiresOncePerTurn() {
        loop.callLater(0, new Runnable() {
            @Override
            public void run() {
                trace.add("fired");
                loop.callAt(loop.time() - 1_000, this);
            }
        });

        runTurns(3);

        assertEquals(3, trace.size());
    }

    @Test
    @Spec("LOOP-8")
    void callAtCountsOnTheLoopsOwnClock() {
        CompletableFuture<Long> fired = new CompletableFuture<>();
        long when = loop.time() + 3_000_000;
        loop.callAt(when, () -> fired.complete(loop.time()));

        long at = run(fired);

        assertTrue(at >= when, () -> "fired " + (when - at) + " ns early");
    }

    @Test
    @Spec({"LOOP-9", "LOOP-10"})
    void firesByDueTimeAndEqualTimesInTheOrderOfRegistration() {
        long base = loop.time();
        List<Integer> order = new ArrayList<>(IntStream.range(0, 300).boxed().toList());
        Collections.shuffle(order, new Random(7));
        // thirty times, ten timers each, registered in any order
        int[] registered = new int[30];
        List<String> expected = new ArrayList<>();
        for (int number : order) {
            int slot = number % 30;
            String name = slot + "/" + registered[slot]++;
            loop.callAt(base + slot, () -> trace.add(name));
        }
        for (int slot = 0; slot < 30; slot++) {
            for (int i = 0; i < 10; i++) {
                expected.add(slot + "/" + i);
            }
        }

        runTurns(1);

        assertEquals(expected, trace);
    }

    @Test
    @Spec("LOOP-10")
    void keepsTheOrderOfEqualTimesAcrossThreads() {
        long when = loop.time();
        loop.callSoon(() -> {
            loop.callAt(when, () -> trace.add("first"));
            loop.callAt(when, () -> trace.add("second"));
        });
        loop.callAt(when, () -> trace.add("before the run"));

        runTurns(2);

        assertEquals(List.of("before the run", "first", "second"), trace);
    }

    @Test
    @Spec("LOOP-11")
    void tellsWhenItIsDueAlsoAfterItFired() {
        long when = loop.time() + 1_000;
        TimerHandle at = loop.callAt(when, () -> trace.add("fired"));
        long before = loop.time();
        TimerHandle later = loop.callLater(Duration.ofSeconds(5), () -> {});

        runUntil(() -> !trace.isEmpty());

        assertEquals(when, at.when());
        assertTrue(later.when() >= before + 5_000_000_000L);
        assertTrue(later.when() <= loop.time() + 5_000_000_000L);
    }

    @Test
    @Spec("LOOP-12")
    void aTimerCancelledByAnotherOneOfTheSameTurnDoesNotFire() {
        long when = loop.time();
        AtomicReference<TimerHandle> second = new AtomicReference<>();
        loop.callAt(when, () -> {
            trace.add("first");
            second.get().cancel();
        });
        second.set(loop.callAt(when, () -> trace.add("second")));

        runTurns(3);

        assertEquals(List.of("first"), trace);
        assertTrue(second.get().cancelled());
    }

    @Test
    @Spec("LOOP-13")
    void takesDelaysOfYearsWithoutOverflow() {
        List<TimerHandle> far = List.of(
                loop.callLater(Duration.ofDays(400 * 365), () -> trace.add("400 years")),
                loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), () -> trace.add("as long as can be said")),
                loop.callLater(Long.MAX_VALUE, () -> trace.add("as long as nanoseconds go")),
                loop.callAt(Long.MAX_VALUE, () -> trace.add("at the end")));
        CompletableFuture<Void> near = new CompletableFuture<>();
        loop.callLater(2_000_000, () -> near.complete(null));

        run(near);

        assertEquals(List.of(), trace);
        assertTrue(far.stream().allMatch(handle -> handle.when() > loop.time()));
        assertFalse(far.stream().anyMatch(TimerHandle::cancelled));
    }
}
