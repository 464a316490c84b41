// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Option;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a real loop, in debug mode, on a thread of its own, and lets the test's thread work on it. Every wait ends at {@link #DEADLINE}.
 *
 * <p>Thread: the test's, except {@link #loop()} and {@link #reports()}.
 */
public final class LoopThread implements AutoCloseable {

    /** Is how long a test waits for anything before it fails. */
    public static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final int SETTLING_TURNS = 4;

    private final IoLoop loop;
    private volatile Thread thread;
    private final List<ErrorContext> reports = new CopyOnWriteArrayList<>();

    /** Takes the loop over: debug mode on, reports collected, thread started. */
    public LoopThread(IoLoop loop) {
        this.loop = loop;
        loop.setDebug(true);
        loop.setSlowCallbackDuration(Duration.ofMinutes(1)); // tests block the loop on purpose
        loop.setExceptionHandler((in, context) -> reports.add(context));
        thread = start();
    }

    private Thread start() {
        Thread started = new Thread(loop::runForever, loop.name());
        started.setDaemon(true);
        started.start();
        return started;
    }

    /** Waits until an error has ended the thread, such as one of memory that has run out, and runs the loop on a new one. */
    public void runAgain() {
        awaitThread();
        thread = start();
    }

    /** Returns the loop. */
    public IoLoop loop() {
        return loop;
    }

    /** Returns the thread the loop runs on. */
    public Thread thread() {
        return thread;
    }

    /** Returns what was reported to the loop's exception handler so far; the list may be cleared. */
    public List<ErrorContext> reports() {
        return reports;
    }

    /** Runs the task on the loop and returns its result; what it throws comes out as it is. */
    public <T extends @Nullable Object> T call(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.callSoonThreadsafe(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return join(result, "a task on the loop");
    }

    /** Runs the task on the loop and waits for it. */
    public void run(Hook<IoLoop> task) {
        call(() -> {
            Hook.call(task, loop);
            return true;
        });
    }

    /** Runs an operation on the loop and returns what its stage completes with; its failure comes out as it is. */
    public <T> T await(Callable<? extends CompletionStage<T>> operation) {
        return join(call(operation).toCompletableFuture(), "the operation's stage");
    }

    /** Waits until the stage is complete and returns its result; its failure comes out as it is. */
    public <T extends @Nullable Object> T join(CompletionStage<T> stage, String what) {
        try {
            return stage.toCompletableFuture().get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Hook.call(
                    cause -> {
                        throw cause;
                    },
                    e.getCause() == null ? e : e.getCause());
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        } catch (TimeoutException e) {
            throw new AssertionError(
                    "waited " + Option.text(DEADLINE) + " for " + what + "; the loop's thread is at "
                            + Arrays.toString(thread.getStackTrace()),
                    e);
        }
    }

    /** Waits, turn by turn, until the condition holds; it is asked on the loop. */
    public void until(String what, BooleanSupplier condition) {
        CompletableFuture<Boolean> holds = new CompletableFuture<>();
        loop.callSoonThreadsafe(() -> ask(condition, holds));
        join(holds, what);
    }

    private void ask(BooleanSupplier condition, CompletableFuture<Boolean> holds) {
        if (condition.getAsBoolean()) {
            holds.complete(true);
        } else if (!holds.isDone()) {
            loop.callLater(Duration.ofMillis(1), () -> ask(condition, holds));
        }
    }

    /** Lets everything happen that is under way: several turns with a poll each, a moment, and several turns more. */
    public void settle() {
        CompletableFuture<Boolean> settled = new CompletableFuture<>();
        Runnable second = () -> turns(SETTLING_TURNS, () -> settled.complete(true));
        loop.callSoonThreadsafe(() -> turns(SETTLING_TURNS, () -> loop.callLater(Duration.ofMillis(10), second)));
        join(settled, "the loop to settle");
    }

    private void turns(int count, Runnable then) {
        if (count == 0) {
            then.run();
        } else {
            loop.callSoon(() -> turns(count - 1, then));
        }
    }

    /** Stops and closes the loop and waits for its thread. */
    @Override
    public void close() {
        if (!loop.isClosed()) {
            loop.stop();
        }
        awaitThread();
        loop.close();
    }

    private void awaitThread() {
        try {
            thread.join(DEADLINE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("loop " + loop.name() + " does not stop; its thread is at "
                    + Arrays.toString(thread.getStackTrace()));
        }
    }
}
