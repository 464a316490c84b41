// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.testkit.Spec;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** What debug mode finds. */
class DebugModeTest extends LoopFixture {

    private static final Duration SLOW = Duration.ofMillis(30);

    @Test
    @Spec("LOOP-34")
    void canBeSwitchedAtAnyTimeAlsoWhileRunning() {
        assertFalse(loop.getDebug());
        loop.setDebug(true);
        loop.callSoon(() -> {
            trace.add(loop.getDebug());
            loop.setDebug(false);
            trace.add(onOtherThread(() -> loop.callSoon(() -> {})));
            loop.setDebug(true);
            trace.add(onOtherThread(() -> loop.callSoon(() -> {})) instanceof IllegalStateException);
        });

        runTurns(1);

        List<Object> expected = new ArrayList<>(List.of(true));
        expected.add(null);
        expected.add(true);
        assertEquals(expected, trace);
    }

    @Test
    @Spec("LOOP-35")
    void refusesCallsFromAnotherThreadAndNamesTheWayOut() {
        loop.setDebug(true);
        List<Runnable> calls = List.of(
                () -> loop.callSoon(() -> {}), () -> loop.callLater(1, () -> {}), () -> loop.callAt(1, () -> {}));
        loop.callSoon(() -> calls.forEach(call -> trace.add(onOtherThread(call))));

        runTurns(1);

        assertEquals(3, trace.size());
        for (Object thrown : trace) {
            IllegalStateException e = assertInstanceOf(IllegalStateException.class, thrown);
            assertTrue(e.getMessage().contains("callSoonThreadsafe"), e.getMessage());
            assertTrue(e.getMessage().contains("test-loop"), e.getMessage());
        }
    }

    @Test
    @Spec("LOOP-35")
    void doesNotCheckTheThreadOfALoopThatIsNotRunning() {
        loop.setDebug(true);

        assertNull(onOtherThread(() -> loop.callSoon(() -> trace.add("soon"))));
        assertNull(onOtherThread(() -> loop.callLater(0, () -> trace.add("later"))));

        runTurns(2);
        assertEquals(2, trace.size());
    }

    @Test
    @Spec("LOOP-36")
    void rejectsANullCallbackWhenItIsScheduled() {
        loop.setDebug(true);

        assertThrows(NullPointerException.class, () -> loop.callSoon(null));
        assertThrows(NullPointerException.class, () -> loop.callSoonThreadsafe(null));
        assertThrows(NullPointerException.class, () -> loop.callLater(1, null));
        assertThrows(NullPointerException.class, () -> loop.callAt(1, null));
    }

    @Test
    @Spec({"LOOP-37", "JAVA-27"})
    void reportsASlowCallbackWithItsTimeAndTheStackTakenDuringTheBlock() {
        assertEquals(Duration.ofMillis(100), loop.getSlowCallbackDuration());
        loop.setSlowCallbackDuration(SLOW);
        loop.setDebug(true);
        loop.callSoon(new Runnable() {
            @Override
            public void run() {
                blockUntilReported();
            }

            @Override
            public String toString() {
                return "the slow one";
            }
        });
        loop.callSoon(() -> {});

        runTurns(1);

        assertTrue(log.texts(Level.WARNING).stream()
                .anyMatch(t -> t.matches("loop test-loop: the slow one took \\d+ ms")));
        assertTrue(log.has(Level.WARNING, "the slow one blocks the loop"));
        assertTrue(log.at(Level.WARNING).stream()
                .filter(r -> r.getThrown() != null)
                .flatMap(r -> List.of(r.getThrown().getStackTrace()).stream())
                .anyMatch(frame -> frame.getMethodName().equals("blockUntilReported")));
        assertEquals(2, log.at(Level.WARNING).size(), () -> "" + log.texts(Level.WARNING));
    }

    private void blockUntilReported() {
        await(() -> log.has(Level.WARNING, "blocks the loop"));
    }

    @Test
    @Spec("LOOP-37")
    void reportsASlowHandlerToo() throws Exception {
        loop.setSlowCallbackDuration(SLOW);
        loop.setDebug(true);
        var registration = loop.register(readablePipe().source(), SelectionKey.OP_READ, ops -> burn(SLOW));

        runTurns(1);

        assertTrue(log.has(Level.WARNING, "took"));
        registration.cancel();
    }

    @Test
    @Spec({"LOOP-37", "LOOP-39"})
    void saysNothingOutsideDebugModeAndKeepsNoThread() {
        loop.setSlowCallbackDuration(Duration.ofMillis(1));
        loop.callSoon(() -> {
            burn(Duration.ofMillis(5));
            trace.addAll(threadNames().stream()
                    .filter(name -> name.contains("watchdog"))
                    .toList());
        });

        runTurns(1);

        assertEquals(List.of(), log.at(Level.WARNING));
        assertEquals(List.of(), trace);
    }

    @Test
    @Spec("JAVA-27")
    void theWatchdogsThreadEndsWithTheRun() {
        loop.setDebug(true);
        loop.callSoon(() -> trace.add(threadNames().contains("test-loop-watchdog")));

        runTurns(1);

        assertEquals(List.of(true), trace);
        await(() -> !threadNames().contains("test-loop-watchdog"));
    }

    @Test
    @Spec({"LOOP-38", "ERR-2", "CB-16"})
    void aFailingCallbackReportsWhereItWasScheduled() {
        List<ErrorContext> reports = new ArrayList<>();
        loop.setExceptionHandler((from, context) -> reports.add(context));
        loop.setDebug(true);
        deep(30);
        loop.setDebug(false);
        loop.callSoon(() -> {
            throw new IllegalArgumentException("outside debug mode");
        });

        runTurns(1);

        List<?> frames =
                (List<?>) reports.get(0).part(ErrorContext.SOURCE_TRACEBACK).orElseThrow();
        assertEquals(10, frames.size());
        assertEquals("schedule", ((StackTraceElement) frames.get(0)).getMethodName());
        assertEquals("deep", ((StackTraceElement) frames.get(1)).getMethodName());
        assertTrue(reports.get(0).part(ErrorContext.HANDLE).isPresent());
        assertTrue(reports.get(1).part(ErrorContext.SOURCE_TRACEBACK).isEmpty());
    }

    private void deep(int depth) {
        if (depth == 0) {
            schedule();
        } else {
            deep(depth - 1);
        }
    }

    private void schedule() {
        loop.callSoon(() -> {
            throw new IllegalArgumentException("in debug mode");
        });
    }

    @Test
    @Spec("JAVA-42")
    void waitingForAFutureOnTheLoopsThreadFailsInsteadOfHanging() {
        CompletableFuture<String> never = loop.createFuture();
        CompletableFuture<String> derived = never.thenApply(text -> text);
        CompletableFuture<String> done = loop.createFuture();
        done.complete("done");
        loop.setDebug(true);
        loop.callSoon(() -> {
            trace.add(assertThrows(IllegalStateException.class, never::join));
            trace.add(assertThrows(IllegalStateException.class, never::get));
            trace.add(assertThrows(IllegalStateException.class, () -> never.get(1, TimeUnit.DAYS)));
            trace.add(assertThrows(IllegalStateException.class, derived::join));
            trace.add(done.join());
        });

        runTurns(1);

        assertEquals(5, trace.size());
        assertTrue(trace.get(0).toString().contains("test-loop"), trace.get(0).toString());
        assertEquals("done", trace.get(4));
    }

    @Test
    @Spec("JAVA-42")
    void otherThreadsMayWait() {
        CompletableFuture<String> future = loop.createFuture();
        loop.setDebug(true);
        Thread other = new Thread(() -> {
            trace.add(future.join());
            loop.stop();
        });
        other.start();
        loop.callSoon(() -> future.complete("waited"));

        loop.runForever();

        join(other);
        assertEquals(List.of("waited"), trace);
    }

    @Test
    @Spec("JAVA-23")
    void touchingTheLoopFromAnotherThreadNamesBothThreadsInEveryMode() throws Exception {
        var pipe = pipe();
        loop.callSoon(() -> {
            loop.checkThread();
            trace.add(onOtherThread(loop::checkThread));
            trace.add(onOtherThread(() -> loop.register(pipe.source(), SelectionKey.OP_READ, ops -> {})));
            trace.add(onOtherThread(() -> loop.addReader(pipe.source(), () -> {})));
        });

        runTurns(1);

        for (Object thrown : trace) {
            String message =
                    assertInstanceOf(IllegalStateException.class, thrown).getMessage();
            assertTrue(message.contains("\"test-loop\""), message);
            assertTrue(message.contains("\"Thread-"), message);
            assertTrue(message.contains("callSoonThreadsafe"), message);
        }
        assertNull(loop.owner(pipe.source()), "refused before any effect");
        assertFalse(loop.removeReader(pipe.source()));
        loop.checkThread();
    }

    private static void burn(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        await(() -> System.nanoTime() >= end);
    }
}
