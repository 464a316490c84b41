// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/** Reads the plain five bytes at the beginning of each TLS record: type, version, length. */
final class Records {

    static final int HEADER = 5;
    static final int ALERT = 21;
    static final int HANDSHAKE = 22;

    private static final int FIRST_TYPE = 20;
    private static final int LAST_TYPE = 24;
    private static final int MOST_BYTES = (1 << 14) + 2048;
    private static final int SHOWN = 16;

    private Records() {}

    /** Tells whether the whole of the next record is there. */
    static boolean complete(ByteBuffer in) throws SSLException {
        return in.remaining() >= HEADER && in.remaining() >= length(in);
    }

    /** Returns the type of the next record, whose header must be there. */
    static int type(ByteBuffer in) {
        return in.get(in.position()) & 0xFF;
    }

    /**
     * Returns the length of the next record, header included.
     *
     * @throws SSLException if this is no TLS (TLS-7)
     */
    static int length(ByteBuffer in) throws SSLException {
        int at = in.position();
        int bytes = ((in.get(at + 3) & 0xFF) << 8) | (in.get(at + 4) & 0xFF);
        int type = type(in);
        if (type < FIRST_TYPE || type > LAST_TYPE || in.get(at + 1) != 3 || bytes > MOST_BYTES) {
            throw new SSLException("the peer does not speak TLS: a record begins with " + shown(in)
                    + "; check that both sides use TLS at this port");
        }
        return HEADER + bytes;
    }

    private static String shown(ByteBuffer in) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Math.min(SHOWN, in.remaining()); i++) {
            int sign = in.get(in.position() + i) & 0xFF;
            text.append(sign >= ' ' && sign < 0x7F ? String.valueOf((char) sign) : String.format("\\x%02x", sign));
        }
        return text.append('"').toString();
    }
}
