// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.EventLoop;
import java.util.concurrent.CompletableFuture;

/** Turns the cancellation of a future, on whatever thread, into a call on the loop (JAVA-8, LOOP-43). */
public final class Cancellation {

    private Cancellation() {}

    /** Runs the action on the loop if the future is cancelled: at once when that happens on the loop, else soon; not if the loop is closed by then. */
    public static void watch(CompletableFuture<?> future, EventLoop loop, Runnable action) {
        CompletableFuture<?> unused = future.whenComplete((done, failure) -> {
            if (!future.isCancelled() || loop.isClosed()) {
                return;
            }
            if (loop.inLoop()) {
                action.run();
            } else {
                loop.execute(action);
            }
        });
    }
}
