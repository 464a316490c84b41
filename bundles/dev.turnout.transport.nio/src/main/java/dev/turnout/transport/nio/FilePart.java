// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.loop.io.IoLoop;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Is a part of a file that a transport is sending, however it does that: how far it has come, and how it ends. Thread: the loop's.
 *
 * @see "FILE-2, FILE-9, FILE-10"
 */
abstract class FilePart {

    final FileChannel file;
    final long offset;
    final long count;
    private final Runnable ended;
    private final CompletableFuture<Long> result;
    private boolean over;

    FilePart(IoLoop loop, FileChannel file, long offset, long count, Runnable ended) {
        this.file = file;
        this.offset = offset;
        this.count = count;
        this.ended = ended;
        this.result = loop.createFuture();
        Cancellation.watch(result, loop, this::finish);
    }

    /** Returns how many bytes are sent. */
    abstract long sent();

    /** Returns what is completed with the number of bytes sent. */
    public final CompletionStage<Long> result() {
        return result;
    }

    final boolean isOver() {
        return over;
    }

    /** Completes the result. */
    final void complete() {
        long total = sent();
        finish();
        result.complete(total);
    }

    /** Ends the sending and fails the result; null stands for an abort of the connection. */
    public final void fail(@Nullable Throwable cause) {
        long total = sent();
        finish();
        result.completeExceptionally(
                cause != null
                        ? cause
                        : new ConnectionAbortedException(
                                "the connection was aborted after " + total + " bytes of the file", null));
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        try {
            if (file.isOpen()) {
                file.position(offset + sent());
            }
        } catch (IOException e) {
            result.completeExceptionally(e);
        }
        ended.run();
    }
}
