// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Writes to a blocking channel, one chunk at a time.
 *
 * <pre>
 *   idle --bytes offered--&gt; busy --system has them--&gt; done --bytes offered again--&gt; idle
 *                             \--failure--&gt; failed
 * </pre>
 *
 * <p>Bytes count as written when the system has them: the loop offers bytes, of which the pump takes a copy, and offers the same ones again when the
 * pump is done, which then says how many it has written. So what the loop still has to send is exact, and so is a flush.
 */
final class WritePump extends Pump {

    private enum State {
        IDLE,
        BUSY,
        DONE
    }

    private final WritableByteChannel sink;
    private State state = State.IDLE;
    private boolean watched;
    private boolean readerGone;
    private long delayMillis = ReaderProbe.FIRST_MILLIS;

    WritePump(WritableByteChannel sink, String name) {
        super(sink, name);
        this.sink = sink;
    }

    /** Has the pump look from time to time whether anybody reads, until the end. Loop's thread. */
    synchronized void watchReader() {
        if (!watched && sink instanceof FileChannel) {
            watched = true;
            work();
        }
    }

    /** Tells whether nobody reads any more. */
    synchronized boolean isReaderGone() {
        return readerGone;
    }

    /** Tells whether {@link #write} has something to say. */
    synchronized boolean isWritable() {
        return state != State.BUSY || hasFailed();
    }

    /** Returns how many of the bytes offered last were written, moves their positions, and begins to write more. Loop's thread. */
    synchronized long write(ByteBuffer[] data, int offset, int length) throws IOException {
        check();
        long written = 0;
        if (state == State.DONE) {
            written = chunk.position();
            skip(data, offset, length, written);
            state = State.IDLE;
        }
        if (state == State.IDLE) {
            copy(data, offset, length);
            if (chunk.hasRemaining()) {
                state = State.BUSY;
                work();
            }
        }
        return written;
    }

    private static void skip(ByteBuffer[] data, int offset, int length, long count) {
        long left = count;
        for (int i = offset; i < offset + length && left > 0; i++) {
            int now = (int) Math.min(left, data[i].remaining());
            data[i].position(data[i].position() + now);
            left -= now;
        }
    }

    private void copy(ByteBuffer[] data, int offset, int length) {
        chunk.clear();
        for (int i = offset; i < offset + length && chunk.hasRemaining(); i++) {
            ByteBuffer from = data[i].duplicate();
            chunk.put(from.limit(from.position() + Math.min(from.remaining(), chunk.remaining())));
        }
        chunk.flip();
    }

    @Override
    boolean hasWork() {
        return state == State.BUSY;
    }

    @Override
    long patienceMillis() {
        return watched ? delayMillis : 0;
    }

    @Override
    boolean step() throws IOException, InterruptedException {
        if (!awaitWork()) {
            return false;
        }
        boolean busy;
        synchronized (this) {
            busy = state == State.BUSY;
        }
        boolean gone = !busy && ReaderProbe.readerGone(sink);
        while (busy && chunk.hasRemaining()) {
            sink.write(chunk);
        }
        if (!finished()) {
            return false;
        }
        synchronized (this) {
            readerGone = gone;
            if (busy) {
                state = State.DONE;
                delayMillis = ReaderProbe.FIRST_MILLIS;
            } else {
                delayMillis = Math.min(ReaderProbe.MOST_MILLIS, 2 * delayMillis);
            }
        }
        if (busy || gone) {
            tell();
        }
        return !gone;
    }
}
