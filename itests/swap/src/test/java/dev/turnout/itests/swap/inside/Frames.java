// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Is how both sides number and check their streams.
 *
 * <pre>
 *   request: length of the payload (2), number (4), payload, checksum of number and payload (4)
 *   reply:   length of the payload (2), number (4), build (4), digest of the whole stream so far (8), payload, checksum (4)
 * </pre>
 *
 * <p>The payload follows from peer and number, and comes back in the reply. The digest covers every byte of payload since the connection was made,
 * so it can only be right if no protocol in between has lost, doubled or moved one.
 */
public final class Frames {

    /** What a request has beside the payload. */
    public static final int REQUEST_OVERHEAD = 2 + 4 + 4;

    /** What a reply has beside the payload. */
    public static final int REPLY_OVERHEAD = 2 + 4 + 4 + 8 + 4;

    /** The digest of nothing. */
    public static final long EMPTY = 0xcbf29ce484222325L;

    private static final long PRIME = 0x100000001b3L;
    private static final int MOST_PAYLOAD = 300;

    private Frames() {}

    /** Returns the payload that a peer sends with a number. */
    public static byte[] payload(long seed, int number) {
        long state = mix(seed * 31 + number);
        byte[] payload = new byte[(int) Long.remainderUnsigned(state, MOST_PAYLOAD)];
        for (int i = 0; i < payload.length; i++) {
            if (i % Long.BYTES == 0) {
                state = mix(state);
            }
            payload[i] = (byte) (state >>> (Byte.SIZE * (i % Long.BYTES)));
        }
        return payload;
    }

    /** Returns a number that looks as if it had nothing to do with the given one. */
    public static long mix(long value) {
        long mixed = (value + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 29);
    }

    /** Writes a request, and returns the buffer. */
    public static ByteBuffer request(ByteBuffer out, int number, byte[] payload) {
        out.putShort((short) payload.length);
        int checked = out.position();
        out.putInt(number).put(payload);
        return out.putInt(checksum(out, checked, out.position()));
    }

    /** Returns the longest request. */
    public static int mostBytesOfRequest() {
        return REQUEST_OVERHEAD + MOST_PAYLOAD;
    }

    /** Returns the digest of a stream to which a payload was added, from an array's part. */
    public static long digest(long before, int number, byte[] bytes, int offset, int length) {
        long digest = (before ^ number) * PRIME;
        for (int i = offset; i < offset + length; i++) {
            digest = (digest ^ bytes[i]) * PRIME;
        }
        return digest;
    }

    /** Returns the checksum of what lies between two positions. */
    public static int checksum(ByteBuffer buffer, int from, int to) {
        CRC32 crc = new CRC32();
        crc.update(buffer.array(), buffer.arrayOffset() + from, to - from);
        return (int) crc.getValue();
    }
}
