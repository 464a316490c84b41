// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.Server;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Is where other threads meet the loops: runs things there, and waits for them where waiting is allowed. */
final class LoopCalls {

    private LoopCalls() {}

    /** Runs a task on the loop, at once if this is its thread or nobody runs it; the future completes when it ran, also if the loop is closed and it never will. */
    static CompletionStage<Void> on(EventLoop loop, Runnable task) {
        if (loop.inLoop()) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            step(task, done).run();
            return done;
        }
        return outsideCallbacks(loop, task);
    }

    /** Does the same, but on the loop's own thread not before the callback has returned that runs there. */
    static CompletionStage<Void> outsideCallbacks(EventLoop loop, Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Runnable step = step(task, done);
        if (!loop.isRunning()) {
            step.run();
            return done;
        }
        try {
            loop.callSoonThreadsafe(step);
        } catch (IllegalStateException closed) {
            // nothing lives on a closed loop any more
            done.complete(null);
        }
        return done;
    }

    private static Runnable step(Runnable task, CompletableFuture<Void> done) {
        return () -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        };
    }

    /** Completes when the server and its last connection have ended, or its loop is closed. */
    static CompletionStage<Void> await(Server server) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        on(server.loop(), () -> server.waitClosed().whenComplete((done, failure) -> ended.complete(null)))
                .whenComplete((asked, failure) -> {
                    if (failure != null || server.loop().isClosed()) {
                        ended.complete(null);
                    }
                });
        return ended;
    }

    /** Completes when all are done. */
    static CompletableFuture<Void> all(Collection<? extends CompletionStage<?>> stages) {
        return CompletableFuture.allOf(
                stages.stream().map(stage -> stage.toCompletableFuture()).toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Waits until all are done or the time is over; failures end the wait too. Does not wait at all where that could not help: on a loop's thread,
     * which they may need, and while no loop runs.
     */
    static boolean await(LoopGroup loops, Collection<? extends CompletionStage<?>> stages, Duration most) {
        CompletableFuture<Void> all = all(stages);
        if (!mayWait(loops)) {
            return all.isDone();
        }
        try {
            all.get(most.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Tells whether waiting for the loops could help: not on a loop's thread, which they may need, and not while no loop runs. */
    static boolean mayWait(LoopGroup loops) {
        return loops.loops().stream().noneMatch(EventLoop::inLoop)
                && loops.loops().stream().anyMatch(EventLoop::isRunning);
    }

    /** Runs an action if the future is cancelled, on the thread that does. */
    static void ifCancelled(CompletableFuture<?> future, Runnable action) {
        CompletionStage<?> stage = future;
        stage.whenComplete((value, failure) -> {
            if (future.isCancelled()) {
                action.run();
            }
        });
    }

    /** Returns what a failure says, or its kind if it says nothing. */
    static String text(Throwable failure) {
        Throwable cause = cause(failure);
        String text = cause.getMessage();
        return text == null ? cause.getClass().getSimpleName() : text;
    }

    /** Returns what failed, without the wrapping of stages. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
