// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Keeps, in order, the bytes that the kernel did not take, and sends several buffers with one gathering write.
 *
 * <p>Thread: one. Copies of small remainders share chunks, so that many short writes do not become many buffers.
 *
 * @see "WRITE-3, WRITE-4, WRITE-15, WRITE-24"
 */
public final class WriteQueue {

    /** One write hands at most this much to the system: the JDK copies a whole heap buffer first, however little the kernel takes. */
    static final int ROUND_BYTES = 256 * 1024;

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int MOST_BUFFERS = 64;

    private static final ByteBuffer[] NO_ROUND = {};

    // both small, as a queue may hold a few lines only that leave at once
    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>(1);
    private ByteBuffer[] round = NO_ROUND;
    private long size;

    /** The last buffer, if it is a chunk of this queue with room behind its limit. */
    private boolean tailHasRoom;

    /** Makes an empty queue. */
    public WriteQueue() {}

    /** Returns the bytes that wait. */
    public long size() {
        return size;
    }

    /** Tells whether nothing waits. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** Appends a copy of the bytes from position to limit; the position is at the limit afterwards. */
    public void addCopy(ByteBuffer data) {
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

    /** Appends the buffer itself, which is the queue's from now on. */
    public void addOwned(ByteBuffer data) {
        if (data.hasRemaining()) {
            size += data.remaining();
            buffers.addLast(data);
            tailHasRoom = false;
        }
    }

    /** Drops everything. */
    public void clear() {
        buffers.clear();
        size = 0;
        tailHasRoom = false;
    }

    /**
     * Sends what the channel takes in one gathering write.
     *
     * @return true if the channel took all that was offered, so that another round may go on at once
     */
    public boolean writeRound(GatheringByteChannel channel) throws IOException {
        if (round.length == 0) {
            round = new ByteBuffer[MOST_BUFFERS];
        }
        int count = 0;
        long offered = 0;
        for (ByteBuffer buffer : buffers) {
            if (count == MOST_BUFFERS || offered >= ROUND_BYTES) {
                break;
            }
            round[count++] = buffer;
            offered += buffer.remaining();
        }
        if (count == 0) {
            return true;
        }
        ByteBuffer last = round[count - 1];
        int limit = last.limit();
        if (offered > ROUND_BYTES) {
            last.limit(limit - (int) (offered - ROUND_BYTES));
            offered = ROUND_BYTES;
        }
        long sent;
        try {
            sent = count == 1 ? channel.write(last) : channel.write(round, 0, count);
        } finally {
            last.limit(limit);
            Arrays.fill(round, 0, count, null);
        }
        size -= sent;
        dropSent();
        return sent == offered;
    }

    /** Sends rounds until the channel takes no more or everything is sent. */
    public void drainTo(GatheringByteChannel channel) throws IOException {
        boolean more = true;
        while (more && !isEmpty()) {
            more = writeRound(channel);
        }
    }

    /** Moves the rest of another queue's bytes here, copied. */
    void copyFrom(WriteQueue other) {
        for (ByteBuffer buffer : other.buffers) {
            addCopy(buffer);
        }
        other.clear();
    }

    /** Writes as much of the buffer as the channel takes, in pieces of bounded size. */
    static void writeDirect(WritableByteChannel channel, ByteBuffer data) throws IOException {
        if (data.remaining() <= ROUND_BYTES) {
            channel.write(data);
            return;
        }
        int limit = data.limit();
        try {
            while (data.position() < limit) {
                data.limit(Math.min(limit, data.position() + ROUND_BYTES));
                channel.write(data);
                if (data.hasRemaining()) {
                    return;
                }
            }
        } finally {
            data.limit(limit);
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

    private void dropSent() {
        ByteBuffer first = buffers.peekFirst();
        while (first != null && !first.hasRemaining()) {
            buffers.removeFirst();
            first = buffers.peekFirst();
        }
        if (first == null) {
            tailHasRoom = false;
        }
    }
}
