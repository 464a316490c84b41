// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Calls from other threads. */
class ThreadsafeTest extends LoopFixture {

    @Test
    @Spec("LOOP-15")
    void wakesALoopThatSleepsInItsPoll() throws Exception {
        CountDownLatch asleep = new CountDownLatch(1);
        Thread loopThread = Thread.currentThread();
        Thread waker = new Thread(() -> {
            await(() -> asleep.getCount() == 0 && isInSelect(loopThread));
            loop.callSoonThreadsafe(loop::stop);
        });
        waker.start();
        loop.callSoon(asleep::countDown);

        // no timer and no channel: without the wake-up this would sleep a day
        loop.runForever();

        join(waker);
    }

    @Test
    @Spec("LOOP-15")
    void wakesTheLoopAgainAndAgain() {
        int rounds = 2_000;
        Thread pinger = new Thread(() -> {
            for (int i = 0; i < rounds; i++) {
                CompletableFuture<Void> pong = new CompletableFuture<>();
                loop.callSoonThreadsafe(() -> pong.complete(null));
                pong.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
            }
            loop.stop();
        });
        pinger.start();

        loop.runForever();

        join(pinger);
    }

    @Test
    @Spec({"LOOP-16", "LOOP-18"})
    void keepsTheOrderOfEachThreadAndLosesNothing() {
        int threads = 8;
        int perThread = 20_000;
        int[] next = new int[threads];
        int[] left = {threads * perThread};
        Set<Thread> ranOn = new HashSet<>();
        List<Thread> started = IntStream.range(0, threads)
                .mapToObj(t -> new Thread(() -> {
                    for (int i = 0; i < perThread; i++) {
                        int number = i;
                        loop.callSoonThreadsafe(() -> {
                            if (next[t]++ != number) {
                                trace.add("thread " + t + " out of order at " + number);
                            }
                            ranOn.add(Thread.currentThread());
                            if (--left[0] == 0) {
                                loop.stop();
                            }
                        });
                    }
                }))
                .toList();
        started.forEach(Thread::start);
        var limit = loop.callLater(PATIENCE, loop::stop);

        loop.runForever();
        limit.cancel();

        started.forEach(LoopFixture::join);
        assertEquals(0, left[0], "callbacks lost");
        assertEquals(List.of(), trace);
        assertEquals(Set.of(Thread.currentThread()), ranOn);
    }

    @Test
    @Spec({"LOOP-17", "JAVA-25"})
    void fromItsOwnThreadItBehavesAsCallSoon() {
        loop.callSoon(() -> {
            loop.callSoon(() -> trace.add(1));
            loop.callSoonThreadsafe(() -> trace.add(2));
            loop.execute(() -> trace.add(3));
            loop.callSoon(() -> trace.add(4));
            trace.add(0);
        });

        runTurns(1);
        assertEquals(List.of(0), trace);
        runTurns(1);

        assertEquals(List.of(0, 1, 2, 3, 4), trace);
    }

    @Test
    @Spec("JAVA-25")
    void isAnExecutorForChainsOfStages() {
        Thread self = Thread.currentThread();
        CompletableFuture<Thread> where =
                CompletableFuture.supplyAsync(() -> 1).thenApplyAsync(one -> Thread.currentThread(), loop);

        Thread ran = run(where);

        assertSame(self, ran);
    }

    @Test
    @Spec("JAVA-24")
    void callsFromWrongThreadsOutsideDebugModeRunAndCorruptNothing() {
        int threads = 4;
        int perThread = 5_000;
        CompletableFuture<Void> all = new CompletableFuture<>();
        int[] left = {2 * threads * perThread};
        Runnable count = () -> {
            if (--left[0] == 0) {
                all.complete(null);
            }
        };
        List<Thread> wrong = IntStream.range(0, threads)
                .mapToObj(t -> new Thread(() -> {
                    await(loop::isRunning);
                    for (int i = 0; i < perThread; i++) {
                        loop.callSoon(count);
                        loop.callLater(i % 50 * 1_000L, count);
                        loop.callLater(Duration.ofHours(1), count).cancel();
                    }
                }))
                .toList();
        wrong.forEach(Thread::start);
        List<Long> fired = new ArrayList<>();
        long base = loop.time();
        for (int i = 0; i < 1_000; i++) {
            long when = base + i * 7919L % 1000 * 10_000;
            loop.callAt(when, () -> fired.add(when));
        }

        run(all);

        wrong.forEach(LoopFixture::join);
        runUntil(() -> fired.size() == 1_000);
        assertEquals(fired.stream().sorted().toList(), fired);
    }

    @Test
    @Spec("LOOP-33")
    void aCallThatRacesWithCloseRunsOrFailsButNeverHangs() {
        for (int round = 0; round < 200; round++) {
            var racing = EventLoops.newEventLoop("racing");
            Thread other = new Thread(() -> {
                await(racing::isRunning);
                try {
                    while (true) {
                        racing.callSoonThreadsafe(racing::stop);
                    }
                } catch (IllegalStateException closed) {
                    assertTrue(closed.getMessage().contains("closed"));
                }
            });
            other.start();

            racing.runForever();
            racing.close();

            join(other);
        }
    }

    @Test
    @Spec("JAVA-26")
    void theThreadHasTheLoopsNameWhileItRunsIt() {
        String before = Thread.currentThread().getName();
        loop.callSoon(() -> trace.add(Thread.currentThread().getName()));

        runTurns(1);

        assertEquals(List.of("test-loop"), trace);
        assertEquals("test-loop", loop.name());
        assertEquals(before, Thread.currentThread().getName());
        assertNull(onOtherThread(() -> assertTrue(!loop.inLoop())));
    }

    static boolean isInSelect(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getMethodName().equals("select")) {
                return true;
            }
        }
        return false;
    }
}
