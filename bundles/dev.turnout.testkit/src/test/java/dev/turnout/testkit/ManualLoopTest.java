// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Shows how a manual loop turns. */
class ManualLoopTest {

    private final ManualLoop loop = new ManualLoop();
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsInATurnWhatWasScheduledBeforeIt() {
        loop.callSoon(() -> {
            ran.add("one");
            loop.callSoon(() -> ran.add("three"));
        });
        loop.callSoon(() -> ran.add("two"));

        assertEquals(2, loop.runOnce());
        assertEquals(List.of("one", "two"), ran);
        loop.runUntilIdle();
        assertEquals(List.of("one", "two", "three"), ran);
    }

    @Test
    void firesTimersWhenTheClockIsAdvancedToThem() {
        loop.callLater(Duration.ofSeconds(2), () -> ran.add("second"));
        loop.callLater(Duration.ofSeconds(1), () -> ran.add("first"));
        TimerHandle cancelled = loop.callLater(Duration.ofSeconds(1), () -> ran.add("cancelled"));
        cancelled.cancel();

        loop.advance(Duration.ofMillis(999));
        assertEquals(List.of(), ran);
        loop.advance(Duration.ofMillis(1));
        assertEquals(List.of("first"), ran);
        loop.advance(Duration.ofHours(1));

        assertEquals(List.of("first", "second"), ran);
        assertTrue(cancelled.cancelled());
        assertEquals(Duration.ofSeconds(3601).toNanos(), loop.time());
    }

    @Test
    void keepsTheOrderOfTimersWithEqualTimes() {
        for (String name : List.of("a", "b", "c")) {
            loop.callAt(5, () -> ran.add(name));
        }

        loop.advance(Duration.ofNanos(5));

        assertEquals(List.of("a", "b", "c"), ran);
    }

    @Test
    void runsTimersUntilAStageIsComplete() {
        CompletableFuture<String> future = loop.createFuture();
        loop.callLater(Duration.ofDays(1), () -> future.complete("done"));

        assertEquals("done", loop.runUntilComplete(future));
        assertThrows(IllegalStateException.class, () -> loop.runUntilComplete(loop.createFuture()));
    }

    @Test
    void throwsFailuresOutOfTheTurnUnlessAHandlerTakesThem() {
        loop.callSoon(() -> {
            throw new IllegalArgumentException("planned");
        });
        AssertionError thrown = assertThrows(AssertionError.class, loop::runOnce);
        assertEquals("planned", thrown.getCause().getMessage());

        loop.setExceptionHandler((in, context) -> ran.add(context.exception().getMessage()));
        loop.callSoon(() -> {
            throw new IllegalArgumentException("taken");
        });
        loop.runOnce();
        assertEquals(List.of("taken"), ran);
    }

    @Test
    void refusesWhatNeedsChannelsOrThreads() {
        UnsupportedOperationException refused = assertThrows(UnsupportedOperationException.class, loop::provider);

        assertTrue(refused.getMessage().contains("use a real loop"));
        assertThrows(UnsupportedOperationException.class, () -> loop.runInExecutor(Runnable::run, () -> 1));
    }

    @Test
    void runsTasksOfTheDefaultExecutorInATurnOfTheirOwn() {
        loop.runInExecutor(null, () -> "done").whenComplete((value, failure) -> ran.add(value));
        loop.runInExecutor(null, () -> {
                    throw new java.io.IOException("broken");
                })
                .whenComplete((value, failure) -> ran.add(failure.getMessage()));
        assertEquals(List.of(), ran, "nothing runs inside the call");

        loop.runOnce();

        assertEquals(List.of("done", "broken"), ran);
    }

    @Test
    void refusesToScheduleAfterClose() {
        loop.callSoon(() -> ran.add("dropped"));
        loop.close();

        assertThrows(IllegalStateException.class, () -> loop.callSoon(() -> ran.add("refused")));
        assertThrows(IllegalStateException.class, loop::runOnce);
        assertEquals(List.of(), ran);
    }
}
