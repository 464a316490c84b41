// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Lends the buffers of one loop. A connection has some only while it is at work or holds bytes back, so that idle ones cost nothing.
 *
 * <p>Thread: the loop's. Several are lent at a time where TLS runs in TLS, or where a callback writes.
 */
final class LoopBuffers {

    /** A buffer and a read-only view of the same bytes, made once. */
    static final class Lent {

        final ByteBuffer data;
        final ByteBuffer view;
        private final Shelf shelf;

        private Lent(Shelf shelf) {
            this.shelf = shelf;
            data = ByteBuffer.allocate(shelf.bytes);
            view = data.asReadOnlyBuffer();
        }

        /** Gives it back; its bytes are nobody's from now on. */
        void release() {
            shelf.lent--;
            if (shelf.free.size() < shelf.most) {
                shelf.free.addLast(this);
            }
        }
    }

    /** The free buffers of one size. Heap buffers: ciphers work on arrays. */
    static final class Shelf {

        private final int bytes;
        private final int most;
        private final ArrayDeque<Lent> free = new ArrayDeque<>();
        private int lent;

        private Shelf(int bytes, int most) {
            this.bytes = bytes;
            this.most = most;
        }

        /** Lends a cleared buffer. */
        Lent take() {
            lent++;
            Lent next = free.pollLast();
            if (next == null) {
                return new Lent(this);
            }
            next.data.clear();
            return next;
        }

        int bytes() {
            return bytes;
        }

        /** Returns how many are out. */
        int lent() {
            return lent;
        }
    }

    /** Is the most that one read of a socket brings, and the most that goes up at once (STREAM-10). */
    static final int CHUNK_BYTES = 256 * 1024;

    private static final int FEW = 4;
    private static final int MANY = 64;

    /** For one record, encrypted or not. */
    final Shelf record = new Shelf(34 * 1024, MANY);

    /** For records to be sent in one write. */
    final Shelf sending = new Shelf(72 * 1024, FEW);

    /** For what the transport below delivers at once, after the beginning of a record. */
    final Shelf incoming = new Shelf(CHUNK_BYTES + 34 * 1024, FEW);

    /** For what goes up at once. */
    final Shelf clear = new Shelf(CHUNK_BYTES, FEW);

    /** Returns how many are out, but for those that are larger than any shelf has. */
    int lent() {
        return record.lent() + sending.lent() + incoming.lent() + clear.lent();
    }

    /** Lends a buffer for so many bytes of the wire. */
    Lent forInput(int bytes) {
        if (bytes <= record.bytes()) {
            return record.take();
        }
        return bytes <= incoming.bytes() ? incoming.take() : new Shelf(bytes, 0).take();
    }
}
