// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.loop.io.IoLoop;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends one file in bounded rounds, one for each time the channel is writable. Thread: the loop's.
 *
 * @see "FILE-2 to FILE-12, JAVA-40"
 */
final class FileSending {

    private static final long ROUND_BYTES = 1024 * 1024;

    private final WritableByteChannel channel;
    private final FileChannel file;
    private final long offset;
    private final long count;
    private final Runnable ended;
    private final CompletableFuture<Long> result;
    private long sent;
    private boolean over;

    /** @param ended told before the result is completed, so that its dependents may write again */
    FileSending(IoLoop loop, WritableByteChannel channel, FileChannel file, long offset, long count, Runnable ended) {
        this.channel = channel;
        this.file = file;
        this.offset = offset;
        this.count = count;
        this.ended = ended;
        this.result = loop.createFuture();
        Cancellation.watch(result, loop, this::finish);
    }

    CompletionStage<Long> result() {
        return result;
    }

    /** Sends what one round allows. Failures of the file end this sending only; those of the channel are thrown. */
    void sendRound() throws IOException {
        long wanted = count < 0 ? Long.MAX_VALUE : count - sent;
        boolean atEnd;
        try {
            long left = Math.min(wanted, file.size() - offset - sent);
            long now = left <= 0 ? 0 : file.transferTo(offset + sent, Math.min(left, ROUND_BYTES), channel);
            sent += now;
            atEnd = left - now <= 0;
        } catch (IOException e) {
            if (file.isOpen()) {
                throw e;
            }
            fail(e);
            return;
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        if (atEnd) {
            long total = sent;
            finish();
            result.complete(total);
        }
    }

    /** Fails the result; null stands for an abort of the connection. */
    void fail(@Nullable Throwable cause) {
        finish();
        result.completeExceptionally(
                cause != null
                        ? cause
                        : new ConnectionAbortedException(
                                "the connection was aborted after " + sent + " bytes of the file", null));
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        try {
            if (file.isOpen()) {
                file.position(offset + sent);
            }
        } catch (IOException e) {
            result.completeExceptionally(e);
        }
        ended.run();
    }
}
