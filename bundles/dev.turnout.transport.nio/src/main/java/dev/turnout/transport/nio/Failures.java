// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.io.IoLoop;
import java.util.concurrent.CompletableFuture;

/** Fails operations for whatever was thrown on their way, which may be an error of the runtime after an update of a bundle. */
public final class Failures {

    private Failures() {}

    /**
     * Fails an operation. The caller has released what the operation had. On the loop, whose run ends after this callback if memory ran out.
     *
     * @see "STREAM-17, CB-15, CB-16, ERR-9"
     */
    public static void fail(IoLoop loop, CompletableFuture<?> result, Throwable cause) {
        result.completeExceptionally(cause);
        if (cause instanceof OutOfMemoryError fatal) {
            // not thrown at once: the caller may be a stage, which would keep it to itself
            loop.callSoon(() -> {
                throw fatal;
            });
        }
    }
}
