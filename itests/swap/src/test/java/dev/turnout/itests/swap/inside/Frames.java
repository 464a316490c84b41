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

    private Frames() {}

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
