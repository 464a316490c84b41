// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WriteQueueTest {

    /** Takes so many bytes a write, and notes how it was called. */
    private static final class Sink implements GatheringByteChannel {

        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        final int most;
        int calls;
        int mostBuffers;

        Sink(int most) {
            this.most = most;
        }

        @Override
        public long write(ByteBuffer[] buffers, int offset, int length) {
            calls++;
            mostBuffers = Math.max(mostBuffers, length);
            long sent = 0;
            for (int i = offset; i < offset + length; i++) {
                sent += take(buffers[i], most - (int) sent);
            }
            return sent;
        }

        @Override
        public long write(ByteBuffer[] buffers) {
            return write(buffers, 0, buffers.length);
        }

        @Override
        public int write(ByteBuffer buffer) {
            calls++;
            return take(buffer, most);
        }

        private int take(ByteBuffer buffer, int room) {
            int count = Math.min(room, buffer.remaining());
            for (int i = 0; i < count; i++) {
                taken.write(buffer.get());
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private final WriteQueue queue = new WriteQueue();

    @Test
    @Spec({"WRITE-3", "WRITE-4", "WRITE-24"})
    void keepsOrderAndSizeWhateverTheChannelTakes() throws Exception {
        byte[] all = new byte[200_000];
        Random random = new Random(1);
        random.nextBytes(all);
        for (int most : new int[] {1 << 20, 70_001, 1_000, 97}) {
            Sink sink = new Sink(most);
            int put = 0;
            while (put < all.length || !queue.isEmpty()) {
                int count = Math.min(random.nextInt(5_000), all.length - put);
                ByteBuffer piece = ByteBuffer.wrap(all, put, count);
                if (random.nextBoolean()) {
                    queue.addCopy(piece);
                    assertFalse(piece.hasRemaining());
                } else {
                    queue.addOwned(piece);
                }
                put += count;
                queue.writeRound(sink);
                assertEquals(put - sink.taken.size(), queue.size());
            }

            assertArrayEquals(all, sink.taken.toByteArray());
        }
    }

    @Test
    void putsManySmallWritesIntoFewBuffers() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            queue.addCopy(ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        Sink sink = new Sink(1 << 20);

        assertTrue(queue.writeRound(sink));

        assertEquals(10_000, sink.taken.size());
        assertEquals(1, sink.calls);
        assertEquals(0, sink.mostBuffers);
    }

    @Test
    @Spec("WRITE-15")
    void sendsMorePiecesThanTheSystemTakesInSeveralRounds() throws Exception {
        for (int i = 0; i < 3_000; i++) {
            queue.addOwned(ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        Sink sink = new Sink(1 << 20);

        queue.drainTo(sink);

        assertTrue(queue.isEmpty());
        assertTrue(sink.mostBuffers <= 1024, "gathered " + sink.mostBuffers);
        for (int i = 0; i < 3_000; i++) {
            assertEquals((byte) i, sink.taken.toByteArray()[i]);
        }
    }

    @Test
    void offersAtMostABoundedPartOfAHugeBuffer() throws Exception {
        queue.addOwned(ByteBuffer.allocate(3_000_000));
        Sink sink = new Sink(1 << 30);

        queue.writeRound(sink);

        assertEquals(WriteQueue.ROUND_BYTES, sink.taken.size());
        assertEquals(3_000_000 - WriteQueue.ROUND_BYTES, queue.size());
    }

    @Test
    @Spec("WRITE-35")
    void isEmptyAfterClear() {
        queue.addCopy(ByteBuffer.allocate(10));

        queue.clear();

        assertTrue(queue.isEmpty());
        assertEquals(0, queue.size());
    }
}
