// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Keeps, in order, clear bytes that wait to be encrypted; short writes share chunks, so that they share records too. Thread: the loop's. */
final class ClearQueue {

    private static final int CHUNK_BYTES = 16 * 1024;

    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private long size;

    /** The last buffer, if it is a chunk of this queue with room behind its limit. */
    private boolean tailHasRoom;

    long size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Appends a copy; the position is at the limit afterwards. */
    void addCopy(ByteBuffer data) {
        size += data.remaining();
        if (tailHasRoom) {
            fillTail(data);
        }
        if (data.hasRemaining()) {
            ByteBuffer chunk = ByteBuffer.allocate(Math.max(CHUNK_BYTES, data.remaining()));
            chunk.put(data).flip();
            buffers.addLast(chunk);
            tailHasRoom = chunk.limit() < chunk.capacity();
        }
    }

    /** Appends the buffer itself. */
    void addOwned(ByteBuffer data) {
        if (data.hasRemaining()) {
            size += data.remaining();
            buffers.addLast(data);
            tailHasRoom = false;
        }
    }

    /** Moves all of another queue here. */
    void addAll(ClearQueue other) {
        if (!other.isEmpty()) {
            buffers.addAll(other.buffers);
            size += other.size;
            tailHasRoom = other.tailHasRoom;
            other.clear();
        }
    }

    private void fillTail(ByteBuffer data) {
        ByteBuffer tail = buffers.getLast();
        int end = tail.limit();
        int length = Math.min(tail.capacity() - end, data.remaining());
        tail.limit(end + length);
        tail.put(end, data, data.position(), length);
        data.position(data.position() + length);
        tailHasRoom = end + length < tail.capacity();
    }

    /** Returns the first bytes that wait; there must be some. */
    ByteBuffer first() {
        return buffers.getFirst();
    }

    /** Is told that so many of the first bytes are gone. */
    void taken(int count) {
        size -= count;
        if (!buffers.getFirst().hasRemaining()) {
            buffers.removeFirst();
            tailHasRoom &= !buffers.isEmpty();
        }
    }

    void clear() {
        buffers.clear();
        size = 0;
        tailHasRoom = false;
    }
}
