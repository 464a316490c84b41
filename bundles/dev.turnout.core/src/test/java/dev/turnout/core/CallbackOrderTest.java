// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.Handle;
import dev.turnout.testkit.Spec;
import java.lang.ref.WeakReference;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Callbacks: in order, once, each in a turn of its own making. */
class CallbackOrderTest extends LoopFixture {

    @Test
    @Spec("LOOP-1")
    void runsCallbacksOnceInTheOrderOfTheirRegistration() {
        List<Integer> numbers = IntStream.range(0, 1000).boxed().toList();
        numbers.forEach(i -> loop.callSoon(() -> trace.add(i)));

        runTurns(3);

        assertEquals(numbers, trace);
    }

    @Test
    @Spec("LOOP-2")
    void runsWhatACallbackSchedulesInTheNextTurn() {
        loop.callSoon(() -> {
            trace.add("outer");
            loop.callSoon(() -> trace.add("inner"));
        });
        loop.callSoon(() -> trace.add("second"));

        runTurns(1);

        assertEquals(List.of("outer", "second"), trace);
        runTurns(1);
        assertEquals(List.of("outer", "second", "inner"), trace);
    }

    @Test
    @Spec("LOOP-2")
    void pollsBetweenTheRunsOfACallbackThatAlwaysReschedulesItself() throws Exception {
        Pipe pipe = readablePipe();
        loop.addReader(pipe.source(), loop::stop);
        int[] spins = {0};
        loop.callSoon(new Runnable() {
            @Override
            public void run() {
                if (++spins[0] > 1000) {
                    throw new AssertionError("the reader starves");
                }
                loop.callSoon(this);
            }
        });

        loop.runForever();

        assertTrue(spins[0] <= 2, () -> "turns until the reader ran: " + spins[0]);
    }

    @Test
    @Spec("LOOP-2")
    void runsWhatReadersAndTimersScheduleInTheNextTurn() throws Exception {
        loop.addReader(readablePipe().source(), () -> loop.callSoon(() -> trace.add("from the reader")));
        loop.callLater(-1, () -> loop.callSoon(() -> trace.add("from the timer")));

        runTurns(1);

        assertEquals(List.of(), trace);
        runTurns(1);
        assertEquals(List.of("from the reader", "from the timer"), trace);
    }

    @Test
    @Spec({"LOOP-3", "LOOP-4"})
    void doesNotRunACancelledCallback() {
        Handle soon = loop.callSoon(() -> trace.add("soon"));
        Handle later = loop.callLater(0, () -> trace.add("later"));
        Handle kept = loop.callSoon(() -> trace.add("kept"));
        soon.cancel();
        later.cancel();

        runTurns(3);
        soon.cancel();
        kept.cancel();

        assertEquals(List.of("kept"), trace);
        assertTrue(soon.cancelled());
        assertTrue(later.cancelled());
        assertFalse(kept.cancelled(), "it ran, there was nothing to cancel");
    }

    @Test
    @Spec("LOOP-45")
    void runsWhatWasScheduledBeforeThenReadyChannelsThenTimers() throws Exception {
        Pipe pipe = readablePipe();
        loop.callSoon(() -> trace.add("callback"));
        loop.callLater(0, () -> trace.add("timer"));
        loop.addReader(pipe.source(), () -> trace.add("reader"));

        runTurns(1);

        assertEquals(List.of("callback", "reader", "timer"), trace);
    }

    @Test
    @Spec("LOOP-45")
    void runsReadyChannelsBeforeTimersInOneTurn() throws Exception {
        Pipe pipe = readablePipe();
        loop.callLater(-1, () -> trace.add("timer"));
        loop.addReader(pipe.source(), () -> trace.add("reader"));

        runTurns(1);

        assertEquals(List.of("reader", "timer"), trace);
    }

    @Test
    @Spec("LOOP-5")
    void releasesTheCallbackOfACancelledHandleAndOfOneThatRan() {
        Object[] held = {new Object(), new Object(), new Object(), new Object()};
        List<WeakReference<Object>> seen =
                Stream.of(held).map(o -> new WeakReference<>(o)).toList();
        Handle[] handles = {
            loop.callSoon(holder(held[0])),
            loop.callLater(0, holder(held[1])),
            loop.callSoon(holder(held[2])),
            loop.callLater(Duration.ofDays(1), holder(held[3]))
        };
        handles[2].cancel();
        handles[3].cancel();
        runTurns(3);
        Arrays.fill(held, null);

        await(() -> {
            System.gc();
            return seen.stream().allMatch(reference -> reference.get() == null);
        });

        assertEquals(4, handles.length, "the handles themselves are still here");
    }

    @Test
    @Spec("LOOP-5")
    void anOldHandleDoesNotKeepLaterOnesAlive() {
        Handle old = loop.callSoon(() -> {});
        WeakReference<Handle> later = new WeakReference<>(loop.callSoon(() -> {}));
        loop.callSoon(() -> {});
        runTurns(1);

        await(() -> {
            System.gc();
            return later.get() == null;
        });

        assertFalse(old.cancelled());
    }

    private static Runnable holder(Object held) {
        return () -> assertNotNull(held);
    }
}
