// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.io.IoLoop;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file in pieces, off the loop, for a transport that cannot have the system send it, because what goes out is not what is in the file. There
 * is one piece at a time, and the next is read when the transport asks for it.
 *
 * <pre>
 *   asked --read--&gt; piece there --taken--&gt; asked ... --end of the part or of the file--&gt; over
 * </pre>
 *
 * <p>While it is not over the transport refuses writes and other files, reads nothing, and puts off its closing. Thread: the loop's.
 *
 * @see "FILE-2, FILE-4, FILE-9"
 */
public final class FilePieces extends FilePart {

    private static final int PIECE_BYTES = 64 * 1024;

    private final IoLoop loop;
    private final Runnable ready;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES).limit(0);
    private long read;
    private boolean reading;

    /**
     * Begins with nothing read.
     *
     * @param count how many bytes, or -1 for all up to the end
     * @param ready run when a piece that was missing is there
     * @param ended told before the result is completed, so that its dependents may write again
     */
    public FilePieces(IoLoop loop, FileChannel file, long offset, long count, Runnable ready, Runnable ended) {
        super(loop, file, offset, count, ended);
        this.loop = loop;
        this.ready = ready;
    }

    @Override
    long sent() {
        return reading ? read : read - piece.remaining();
    }

    /** Returns what is to be sent now, to be taken from its position on; nothing remains in it while the next piece is missing. */
    public ByteBuffer piece() {
        return reading ? ByteBuffer.allocate(0) : piece;
    }

    /** Asks for the next piece if this one is taken; after the last one it is over. */
    public void next() {
        if (isOver() || reading || piece.hasRemaining()) {
            return;
        }
        if (read == count) {
            complete();
            return;
        }
        piece.clear().limit((int) (count < 0 ? PIECE_BYTES : Math.min(PIECE_BYTES, count - read)));
        reading = true;
        long from = offset + read;
        try {
            loop.runInExecutor(null, () -> file.read(piece, from)).whenComplete(this::pieceRead);
        } catch (RuntimeException e) {
            reading = false;
            piece.limit(0);
            fail(e);
        }
    }

    private void pieceRead(@Nullable Integer length, @Nullable Throwable failure) {
        piece.flip();
        reading = false;
        if (isOver()) {
            return;
        }
        if (failure != null) {
            piece.limit(0);
            fail(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
        } else if (length == null || length <= 0) {
            complete();
        } else {
            read += length;
            ready.run();
        }
    }
}
