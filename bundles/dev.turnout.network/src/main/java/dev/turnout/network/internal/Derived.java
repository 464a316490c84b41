// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Makes stages whose cancellation reaches the operation behind them, which plain {@code thenApply} does not do. */
final class Derived {

    private Derived() {}

    /** Returns a future of the mapped result. */
    static <S, T> CompletableFuture<T> of(CompletableFuture<S> source, Function<? super S, ? extends T> map) {
        CompletableFuture<T> result = source.newIncompleteFuture();
        CompletionStage<S> stage = source;
        stage.whenComplete((value, failure) -> {
            if (failure != null) {
                result.completeExceptionally(LoopCalls.cause(failure));
            } else {
                result.complete(map.apply(value));
            }
        });
        LoopCalls.ifCancelled(result, () -> source.cancel(false));
        return result;
    }
}
