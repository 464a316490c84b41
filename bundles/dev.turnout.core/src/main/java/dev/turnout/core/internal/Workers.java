// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.network.Option;
import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Runs blocking tasks off the loop and brings their results back to it. Any thread.
 *
 * @see "EXEC-1 to EXEC-6, LOOP-29"
 */
final class Workers {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");

    private final SelectorLoop loop;
    private @Nullable ExecutorService pool;
    private boolean refusing;

    Workers(SelectorLoop loop) {
        this.loop = loop;
    }

    <T> CompletableFuture<T> run(@Nullable Executor executor, Callable<T> task) {
        Job<T> job = new Job<>(loop, task);
        if (executor != null) {
            executor.execute(job);
            return job.future;
        }
        try {
            defaultPool().execute(job);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("the default executor of loop " + loop.name() + " takes no more tasks", e);
        }
        return job.future;
    }

    synchronized void replace(ExecutorService executor) {
        pool = executor;
    }

    /** Shuts the pool in use and does not wait for its tasks. */
    synchronized void close() {
        refusing = true;
        if (pool != null) {
            pool.shutdown();
        }
    }

    CompletableFuture<Void> shutdown(Duration timeout) {
        CompletableFuture<Void> done = loop.createFuture();
        close();
        ExecutorService closing = current();
        if (closing == null) {
            done.complete(null);
            return done;
        }
        HelperThreads.daemon(loop.name() + "-executor-shutdown", () -> await(closing, timeout, done))
                .start();
        return done;
    }

    private synchronized @Nullable ExecutorService current() {
        return pool;
    }

    private void await(ExecutorService closing, Duration timeout, CompletableFuture<Void> done) {
        boolean ended = false;
        try {
            ended = closing.awaitTermination(SelectorLoop.nanos(timeout), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            LOG.log(
                    Level.WARNING,
                    "the default executor of loop {0} has not ended its tasks within {1}; they run on",
                    loop.name(),
                    Option.text(timeout));
        }
        loop.deliver(() -> done.complete(null));
    }

    private synchronized ExecutorService defaultPool() {
        if (refusing) {
            throw new IllegalStateException(
                    "the default executor of loop " + loop.name() + " was shut down; hand in an executor of your own");
        }
        if (pool == null) {
            pool = newPool(loop.name());
        }
        return pool;
    }

    private static ExecutorService newPool(String name) {
        int threads = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                threads,
                threads,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> HelperThreads.daemon(name + "-worker-" + number.getAndIncrement(), task));
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    /** Is one task on its way to a worker and back. */
    private static final class Job<T> implements Runnable {

        final CompletableFuture<T> future;
        private final SelectorLoop loop;
        private final Callable<T> task;

        Job(SelectorLoop loop, Callable<T> task) {
            this.loop = loop;
            this.task = task;
            this.future = loop.createFuture();
        }

        @Override
        public void run() {
            if (future.isDone()) {
                return;
            }
            try {
                T result = task.call();
                loop.deliver(() -> future.complete(result));
            } catch (Throwable thrown) {
                loop.deliver(() -> future.completeExceptionally(thrown));
                Reports.rethrowFatal(thrown);
            }
        }
    }
}
