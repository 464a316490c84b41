// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Keeps, in order, copies of the datagrams that the kernel did not take. Thread: one.
 *
 * @see "DGRAM-13 to DGRAM-17"
 */
final class SendQueue {

    /** What a queued datagram counts beside its bytes, so that empty ones count too. */
    static final int HEADER_BYTES = 8;

    /**
     * Is one datagram.
     *
     * @param data the bytes, from position to limit
     * @param target where to, or null on a connected channel
     */
    record Waiting(ByteBuffer data, @Nullable SocketAddress target) {

        int cost() {
            return data.remaining() + HEADER_BYTES;
        }
    }

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long size;

    /** Returns the bytes that wait, with a header for each datagram. */
    long size() {
        return size;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int count() {
        return waiting.size();
    }

    /** Appends a copy of the bytes from position to limit; the position is at the limit afterwards. */
    void add(ByteBuffer data, @Nullable SocketAddress target) {
        Waiting last =
                new Waiting(ByteBuffer.allocate(data.remaining()).put(data).flip(), target);
        waiting.addLast(last);
        size += last.cost();
    }

    @Nullable
    Waiting first() {
        return waiting.peekFirst();
    }

    /** Takes the first datagram out, which counted this much before it was sent. */
    void removeFirst(int cost) {
        waiting.removeFirst();
        size -= cost;
    }

    /** Puts a datagram back where it came from, as it was not sent. */
    void putBack(Waiting first) {
        waiting.addFirst(first);
        size += first.cost();
    }

    /** Drops the oldest datagrams until the size is at or below the limit, and tells how many that were. */
    int dropOldest(long limit) {
        int dropped = 0;
        while (size > limit) {
            size -= waiting.removeFirst().cost();
            dropped++;
        }
        return dropped;
    }

    /** Drops everything, and tells how many that were. */
    int clear() {
        int dropped = waiting.size();
        waiting.clear();
        size = 0;
        return dropped;
    }
}
