// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.nio.ByteBuffer;
import java.util.Random;

/** An endless stream of bytes that repeats after a prime number, so that each place of a message differs from the next message's. Not threadsafe. */
final class Pattern {

    /** The most bytes of one slice. */
    static final int LONGEST = 256 * 1024;

    private static final int PERIOD = 65_521;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(PERIOD + LONGEST);
    private final ByteBuffer sent = bytes.duplicate();
    private final ByteBuffer expected = bytes.duplicate();

    Pattern() {
        byte[] period = new byte[PERIOD];
        new Random(1).nextBytes(period);
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, period[i % PERIOD]);
        }
    }

    /** Returns the bytes from an offset on, at most {@link #LONGEST}; valid until the next call. */
    ByteBuffer slice(long offset, long length) {
        return set(sent, offset, (int) Math.min(length, LONGEST));
    }

    /** Says whether the buffer's remaining bytes are those from an offset on. */
    boolean matches(ByteBuffer received, long offset) {
        return received.mismatch(set(expected, offset, received.remaining())) == -1;
    }

    /** Returns where in the stream a connection begins: bytes of another connection do not match. */
    static long start(int connection) {
        return connection * 7_919L;
    }

    private static ByteBuffer set(ByteBuffer view, long offset, int length) {
        int position = (int) (offset % PERIOD);
        return view.limit(position + length).position(position);
    }
}
