// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import java.nio.ByteBuffer;

/**
 * Is what the container knows of one peer: which number comes next, and the digest of all payload so far.
 *
 * <p>A request out of order is answered by the number -1. Not thread-safe.
 */
final class Conversation {

    private static final int WRONG = -1;

    int number;
    long digest;

    Conversation() {
        this(0, Frames.EMPTY);
    }

    Conversation(int number, long digest) {
        this.number = number;
        this.digest = digest;
    }

    /** Returns what a text says. */
    static Conversation of(String text) {
        int blank = text.indexOf(' ');
        return new Conversation(
                Integer.parseInt(text.substring(0, blank)), Long.parseUnsignedLong(text.substring(blank + 1), 16));
    }

    /** Tells whether a whole request is there, from its length on. */
    static boolean isWhole(ByteBuffer in) {
        return in.remaining() >= Frames.REQUEST_OVERHEAD
                && in.remaining() >= Frames.REQUEST_OVERHEAD + in.getShort(in.position());
    }

    /** Tells whether a whole request is the first of its peer. */
    static boolean isFirst(ByteBuffer in) {
        return in.getInt(in.position() + Short.BYTES) == 0;
    }

    /** Takes in a request that is whole, and writes its reply. */
    void answer(ByteBuffer in, int build, ByteBuffer out) {
        int length = in.getShort();
        int checked = in.position();
        int theirs = in.getInt();
        byte[] payload = new byte[length];
        in.get(payload);
        boolean right = theirs == number && Frames.checksum(in, checked, in.position()) == in.getInt();
        digest = Frames.digest(digest, theirs, payload, 0, length);
        number = theirs + 1;

        out.putShort((short) length);
        int begin = out.position();
        out.putInt(right ? theirs : WRONG).putInt(build).putLong(digest).put(payload);
        out.putInt(Frames.checksum(out, begin, out.position()));
    }

    /** Returns the text that {@link #of} takes. */
    @Override
    public String toString() {
        return number + " " + Long.toHexString(digest);
    }
}
