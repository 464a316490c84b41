// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import dev.turnout.itests.swap.inside.Frames;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Is one reply. */
final class Reply {

    /** The number of the request. */
    final int number;

    /** Who has answered. */
    final int build;

    /** What the container has received so far. */
    final long digest;

    /** How many bytes of payload came back. */
    final int length;

    private final byte[] payload;
    private final boolean whole;

    /** Reads a reply that is complete. */
    Reply(ByteBuffer in) {
        length = in.getShort();
        payload = new byte[length];
        int checked = in.position();
        number = in.getInt();
        build = in.getInt();
        digest = in.getLong();
        in.get(payload);
        whole = Frames.checksum(in, checked, in.position()) == in.getInt();
    }

    /** Tells whether it answers a request, of which a digest is known. */
    boolean answers(int asked, long seed, long digestThen) {
        return whole && number == asked && digest == digestThen && Arrays.equals(payload, Frames.payload(seed, asked));
    }

    /** Says what is wrong with it. */
    String difference(int asked, int sent, long digestThen) {
        return "reply " + number + " of build " + build + " instead of " + asked + " of " + sent
                + (whole ? "" : ", damaged") + (digest == digestThen ? "" : ", with another digest");
    }
}
