// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into lines. Does no I/O: bytes in, lines out.
 *
 * <pre>
 *   READING --line longer than the limit--> SKIPPING --end of line--> READING
 * </pre>
 *
 * <p>A line ends with LF, which is part of it; what stands before belongs to the line, CR too. It is the one byte looked at, so lines in UTF-8 or any
 * other encoding that keeps LF for itself come out whole. Of a line longer than the limit nothing is kept: its bytes are skipped as they come.
 * Not thread-safe.
 */
final class LineCodec {

    /** Is told what was found. */
    interface Lines {

        /** Receives one line with its LF; the buffer is valid during the call only. */
        void line(ByteBuffer line);

        /** Is told once for each line that is too long, at its end. */
        void tooLong();
    }

    private static final int FIRST_CAPACITY = 128;

    private final int maxLine;
    private final Lines lines;
    private byte[] tail = {};
    private int length;
    private boolean skipping;

    /**
     * Makes a codec at the start of a line.
     *
     * @param maxLine the longest line in bytes, its LF not counted
     */
    LineCodec(int maxLine, Lines lines) {
        this.maxLine = maxLine;
        this.lines = lines;
    }

    /** Takes in the next bytes, all of them. */
    void decode(ByteBuffer data) {
        while (data.hasRemaining()) {
            int end = endOfLine(data);
            if (end < 0) {
                keep(data);
            } else {
                finish(data, end);
            }
        }
    }

    private static int endOfLine(ByteBuffer data) {
        for (int i = data.position(); i < data.limit(); i++) {
            if (data.get(i) == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** Ends a line: without a copy if all of it lies in the buffer. */
    private void finish(ByteBuffer data, int end) {
        int more = end + 1 - data.position();
        boolean fits = !skipping && length + more - 1 <= maxLine;
        if (!fits) {
            data.position(end + 1);
            skipping = false;
            length = 0;
            lines.tooLong();
        } else if (length == 0) {
            int limit = data.limit();
            data.limit(end + 1);
            lines.line(data.slice());
            data.limit(limit).position(end + 1);
        } else {
            append(data, more);
            int whole = length;
            length = 0;
            lines.line(ByteBuffer.wrap(tail, 0, whole));
        }
    }

    private void keep(ByteBuffer data) {
        if (skipping || length + data.remaining() > maxLine) {
            skipping = true;
            length = 0;
            tail = new byte[0];
            data.position(data.limit());
        } else {
            append(data, data.remaining());
        }
    }

    private void append(ByteBuffer data, int count) {
        if (length + count > tail.length) {
            tail = Arrays.copyOf(tail, Math.max(Math.max(FIRST_CAPACITY, 2 * tail.length), length + count));
        }
        data.get(tail, length, count);
        length += count;
    }

    /** Returns the bytes of the line that is not complete, as a copy. */
    ByteBuffer unread() {
        return ByteBuffer.wrap(Arrays.copyOf(tail, length));
    }

    /** Tells whether the rest of a line that is too long is being skipped. */
    boolean isSkipping() {
        return skipping;
    }

    /** Goes on where another codec has stopped in the middle of a line that is too long. */
    void skip() {
        skipping = true;
    }
}
