// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.testkit.Spec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** Blocking work off the loop. */
class ExecutorTest extends LoopFixture {

    @Test
    @Spec("EXEC-1")
    void theDefaultPoolIsMadeOnFirstUseAndItsThreadsCarryTheLoopsName() {
        // a name of its own: workers of the other tests' loops may still be on their way out
        IoLoop fresh = EventLoops.newEventLoop("pool-test");
        List<String> before = threadNames();

        String name = fresh.runUntilComplete(
                fresh.runInExecutor(null, () -> Thread.currentThread().getName()));
        fresh.close();

        assertTrue(before.stream().noneMatch(other -> other.startsWith("pool-test-worker-")));
        assertTrue(name.startsWith("pool-test-worker-"), name);
    }

    @Test
    @Spec({"EXEC-2", "JAVA-8"})
    void theStageCompletesOnTheLoop() {
        Thread self = Thread.currentThread();
        IllegalArgumentException failure = new IllegalArgumentException("of the task");
        CompletableFuture<Thread> worker = new CompletableFuture<>();

        Thread completedOn = run(loop.runInExecutor(null, () -> worker.complete(Thread.currentThread()))
                .thenApply(done -> Thread.currentThread()));
        CompletableFuture<Object> failing = loop.runInExecutor(null, () -> {
                    throw failure;
                })
                .toCompletableFuture();
        Thread failedOn = run(failing.handle((value, thrown) -> Thread.currentThread()));

        assertSame(self, completedOn);
        assertSame(self, failedOn);
        assertNotEquals(self, worker.join());
        assertSame(
                failure, assertThrows(CompletionException.class, failing::join).getCause());
    }

    @Test
    @Spec("EXEC-3")
    void cancelBeforeTheStartPreventsTheRun() throws Exception {
        ExecutorService single = Executors.newSingleThreadExecutor();
        CountDownLatch release = new CountDownLatch(1);
        single.execute(() -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Integer> waiting =
                loop.runInExecutor(single, runs::incrementAndGet).toCompletableFuture();

        assertTrue(waiting.cancel(true));
        release.countDown();
        run(loop.runInExecutor(single, () -> "after it"));

        assertEquals(0, runs.get());
        single.shutdown();
    }

    @Test
    @Spec("EXEC-3")
    void cancelAfterTheStartDropsTheResultWithoutAReport() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CompletableFuture<Object> running = loop.runInExecutor(null, () -> {
                    started.countDown();
                    release.await();
                    ended.complete(null);
                    throw new IllegalStateException("nobody wants to know");
                })
                .toCompletableFuture();
        started.await();

        running.cancel(true);
        release.countDown();
        run(ended);
        run(loop.shutdownDefaultExecutor(PATIENCE));

        assertTrue(running.isCancelled());
        assertEquals(List.of(), log.at(Level.SEVERE));
    }

    @Test
    @Spec("EXEC-4")
    void setDefaultExecutorReplacesThePoolAndRejectsWhatIsNone() {
        ExecutorService own = Executors.newSingleThreadExecutor(task -> new Thread(task, "own-executor"));
        ExecutorService dead = Executors.newCachedThreadPool();
        dead.shutdown();

        assertThrows(IllegalArgumentException.class, () -> loop.setDefaultExecutor(null));
        assertThrows(IllegalArgumentException.class, () -> loop.setDefaultExecutor(dead));
        loop.setDefaultExecutor(own);

        assertEquals(
                "own-executor",
                run(loop.runInExecutor(null, () -> Thread.currentThread().getName())));
        loop.close();
        assertTrue(own.isShutdown(), "the loop shuts the pool in use");
    }

    @Test
    @Spec("EXEC-5")
    void afterItsShutdownTheDefaultPoolRefusesAndOthersWork() {
        run(loop.runInExecutor(null, () -> 1));
        run(loop.shutdownDefaultExecutor(PATIENCE));
        ExecutorService own = Executors.newSingleThreadExecutor();

        IllegalStateException e = assertThrows(IllegalStateException.class, () -> loop.runInExecutor(null, () -> 1));
        int answer = run(loop.runInExecutor(own, () -> 42));

        assertTrue(e.getMessage().contains("shut down"), e.getMessage());
        assertEquals(42, answer);
        own.shutdown();
    }

    @Test
    @Spec("EXEC-6")
    void shutdownOfTheDefaultPoolWaitsForItsTasks() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<String> task = loop.runInExecutor(null, () -> {
                    release.await();
                    return "done";
                })
                .toCompletableFuture();
        CompletableFuture<Void> down = loop.shutdownDefaultExecutor(PATIENCE).toCompletableFuture();
        Thread self = Thread.currentThread();
        CompletableFuture<Boolean> onLoop = down.thenApply(v -> Thread.currentThread() == self);
        runTurns(2);

        assertFalse(down.isDone());
        release.countDown();

        assertTrue(run(onLoop));
        await(task::isDone);
        assertEquals(List.of(), log.at(Level.WARNING));
    }

    @Test
    @Spec("EXEC-6")
    void shutdownOfTheDefaultPoolStopsWaitingWhenTheTimeIsOverAndWarns() {
        CountDownLatch release = new CountDownLatch(1);
        loop.runInExecutor(null, () -> {
            release.await();
            return null;
        });

        run(loop.shutdownDefaultExecutor(Duration.ofMillis(20)));

        assertTrue(log.has(Level.WARNING, "has not ended"));
        release.countDown();
    }
}
