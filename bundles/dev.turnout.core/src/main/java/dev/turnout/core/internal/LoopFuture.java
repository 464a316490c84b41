// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Is a future that refuses, in debug mode, to block the thread of a running loop: nothing could complete it then.
 *
 * @see "JAVA-42"
 */
class LoopFuture<T> extends CompletableFuture<T> {

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new LoopFuture<>();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        guard();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        guard();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        guard();
        return super.join();
    }

    private void guard() {
        SelectorLoop running = isDone() ? null : SelectorLoop.runningHere();
        if (running != null && running.getDebug()) {
            throw new IllegalStateException("cannot wait for a future on the thread of loop " + running.name()
                    + ": the loop would stand still and never complete it; use thenAccept or whenComplete");
        }
    }
}
