// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.util.concurrent.CompletableFuture;

/** Fails operations for whatever was thrown on their way, which may be an error of the runtime after an update of a bundle. */
public final class Failures {

    private Failures() {}

    /**
     * Fails an operation. The caller has released what the operation had.
     *
     * @throws OutOfMemoryError if that was the cause: it ends the loop's turn
     * @see "STREAM-17, CB-15, CB-16"
     */
    public static void fail(CompletableFuture<?> result, Throwable cause) {
        result.completeExceptionally(cause);
        if (cause instanceof OutOfMemoryError fatal) {
            throw fatal;
        }
    }
}
