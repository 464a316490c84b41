// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * Reads a blocking channel one chunk ahead of the loop, and only while the loop wants to read.
 *
 * <pre>
 *   idle --wanted--&gt; reading --chunk--&gt; full --loop took it all--&gt; idle
 *                        \--end or failure--&gt; ended
 * </pre>
 */
final class ReadPump extends Pump {

    private final ReadableByteChannel source;
    private boolean wanted;
    private boolean full;
    private boolean ended;

    ReadPump(ReadableByteChannel source, String name) {
        super(source, name);
        this.source = source;
    }

    /** Says whether the loop wants to read. Loop's thread. */
    synchronized void want(boolean now) {
        wanted = now;
        if (now && !full && !ended && !hasFailed()) {
            work();
        }
    }

    /** Tells whether a read would give anything. */
    synchronized boolean isReadable() {
        return full || ended || hasFailed();
    }

    /** Takes bytes of the chunk: how many, 0 for none yet, -1 at the end. Loop's thread. */
    synchronized int read(ByteBuffer target) throws IOException {
        if (!full) {
            check();
            return ended ? -1 : 0;
        }
        int count = Math.min(chunk.remaining(), target.remaining());
        target.put(target.position(), chunk, chunk.position(), count);
        target.position(target.position() + count);
        chunk.position(chunk.position() + count);
        if (!chunk.hasRemaining()) {
            full = false;
            notifyAll();
        }
        return count;
    }

    @Override
    boolean hasWork() {
        return wanted && !full;
    }

    @Override
    boolean step() throws IOException, InterruptedException {
        if (!awaitWork()) {
            return false;
        }
        chunk.clear();
        int count = source.read(chunk);
        if (!finished()) {
            return false;
        }
        synchronized (this) {
            if (count > 0) {
                chunk.flip();
                full = true;
            }
            ended = count < 0;
        }
        tell();
        return count >= 0;
    }
}
