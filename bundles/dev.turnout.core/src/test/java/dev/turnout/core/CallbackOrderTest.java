// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.Handle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Callbacks: in order, once, each in a turn of its own making. */
class CallbackOrderTest {

    private final IoLoop loop = EventLoops.newEventLoop("order");
    private final List<Object> trace = new ArrayList<>();

    @AfterEach
    void close() {
        loop.close();
    }

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
        pipe.source().close();
        pipe.sink().close();
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
    void runsReadyChannelsBeforeTimersInOneTurn() throws Exception {
        Pipe pipe = readablePipe();
        loop.callLater(-1, () -> trace.add("timer"));
        loop.addReader(pipe.source(), () -> trace.add("reader"));

        runTurns(1);

        assertEquals(List.of("reader", "timer"), trace);
        pipe.source().close();
        pipe.sink().close();
    }

    private Pipe readablePipe() throws Exception {
        Pipe pipe = loop.provider().openPipe();
        pipe.source().configureBlocking(false);
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
        return pipe;
    }

    private void runTurns(int count) {
        for (int i = 0; i < count; i++) {
            loop.stop();
            loop.runForever();
        }
    }
}
