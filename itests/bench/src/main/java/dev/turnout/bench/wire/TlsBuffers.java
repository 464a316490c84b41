// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.wire;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Buffers for {@link TlsWire}s of one thread, used again and again, as many connections come and go. Not threadsafe. */
public final class TlsBuffers {

    /** Room for a whole record, whatever the engine. */
    static final int RECORD = 18 * 1024;

    private static final int RECORDS = 5;

    private final Deque<ByteBuffer> free = new ArrayDeque<>();
    private final ByteBuffer clear = ByteBuffer.allocateDirect(RECORD);

    /** Makes them when they are needed. */
    public TlsBuffers() {}

    ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        return buffer == null ? ByteBuffer.allocateDirect(RECORDS * RECORD) : buffer.clear();
    }

    void give(ByteBuffer buffer) {
        free.push(buffer);
    }

    /** Returns a buffer for what a handshake decrypts, which is nothing. */
    ByteBuffer clear() {
        return clear.clear();
    }
}
