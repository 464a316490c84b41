// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.io.IoLoop;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Is one operation of the network that is not over: starts on its loop, completes there, and undoes everything if it is cancelled.
 *
 * <pre>
 *   waiting -> started -> completed
 *      |          |
 *      +----------+-----> cancelled
 * </pre>
 *
 * @param <T> what it yields
 * @see "LOOP-43, LOOP-44, JAVA-8"
 */
final class Operation<T> {

    private final IoLoop loop;
    private final CompletableFuture<T> result;
    private final Callable<? extends CompletionStage<T>> start;
    private final Consumer<T> undo;
    private final Runnable neverStarted;
    /** Loop's thread. */
    private @Nullable CompletionStage<T> inner;

    /**
     * Makes an operation.
     *
     * @param start begins it, on the loop
     * @param undo takes back a result that nobody wants any more, on the loop
     * @param neverStarted frees what the caller gave away, if it was cancelled before it began
     */
    Operation(IoLoop loop, Callable<? extends CompletionStage<T>> start, Consumer<T> undo, Runnable neverStarted) {
        this.loop = loop;
        this.result = loop.createFuture();
        this.start = start;
        this.undo = undo;
        this.neverStarted = neverStarted;
    }

    /** Starts inside this call on the loop's thread, else in its next turn. */
    CompletableFuture<T> begin() {
        LoopCalls.ifCancelled(result, this::cancelInner);
        if (loop.inLoop()) {
            run();
        } else {
            loop.callSoonThreadsafe(this::run);
        }
        return result;
    }

    /** Cancels with a reason. Any thread. */
    void cancel(String reason) {
        result.completeExceptionally(new CancellationException(reason));
    }

    private void run() {
        if (result.isDone()) {
            neverStarted.run();
            return;
        }
        try {
            inner = start.call();
        } catch (Exception e) {
            result.completeExceptionally(e);
            return;
        }
        inner.whenComplete((value, failure) -> {
            if (failure != null) {
                result.completeExceptionally(LoopCalls.cause(failure));
            } else if (!result.complete(value)) {
                undo.accept(value);
            }
        });
    }

    private void cancelInner() {
        LoopCalls.on(loop, () -> {
            if (inner != null) {
                inner.toCompletableFuture().cancel(false);
            }
        });
    }
}
