// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes steps one after the other, each when the one before is done, however many wait.
 *
 * <p>Any thread: a step is taken by who adds it if none is in progress, else by who ends the one before.
 */
final class Steps {

    private record Step(Supplier<CompletionStage<Void>> work, CompletableFuture<Void> done) {}

    private final Consumer<Throwable> failed;
    private final ArrayDeque<Step> waiting = new ArrayDeque<>();
    private boolean inProgress;

    /** Begins without any. */
    Steps(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    /** Adds a step; the stage completes when it is done, also if it failed, which is told. */
    CompletionStage<Void> add(Supplier<CompletionStage<Void>> work) {
        Step step = new Step(work, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(step);
            if (inProgress) {
                return step.done();
            }
            inProgress = true;
        }
        go();
        return step.done();
    }

    private synchronized @Nullable Step next() {
        Step step = waiting.poll();
        inProgress = step != null;
        return step;
    }

    /** Takes what waits, in a row and not one inside the other, until one takes time; its end goes on. */
    private void go() {
        for (Step step = next(); step != null; step = next()) {
            Step taken = step;
            CompletableFuture<Void> working = begin(taken);
            if (!working.isDone()) {
                var unused = working.whenComplete((ok, e) -> {
                    try {
                        end(taken, e);
                    } finally {
                        go();
                    }
                });
                return;
            }
            var unused = working.whenComplete((ok, e) -> end(taken, e));
        }
    }

    private static CompletableFuture<Void> begin(Step step) {
        try {
            return step.work().get().toCompletableFuture();
        } catch (Throwable e) { // whatever it is, the next step waits for this one
            return CompletableFuture.failedFuture(e);
        }
    }

    private void end(Step step, @Nullable Throwable failure) {
        try {
            if (failure != null) {
                failed.accept(LoopCalls.cause(failure));
            }
        } finally {
            step.done().complete(null);
        }
    }
}
