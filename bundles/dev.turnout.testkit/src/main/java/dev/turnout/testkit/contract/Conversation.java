// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import java.nio.charset.StandardCharsets;

/** Is what a peer sends in one connection, and all that the protocol answers from {@code connectionMade} on. */
public final class Conversation {

    private final byte[] in;
    private final byte[] out;

    private Conversation(byte[] in, byte[] out) {
        this.in = in.clone();
        this.out = out.clone();
    }

    /** Returns a conversation of bytes: those that the protocol receives, and those that it writes. */
    public static Conversation of(byte[] in, byte[] out) {
        return new Conversation(in, out);
    }

    /** Returns a conversation of texts in UTF-8. */
    public static Conversation of(String in, String out) {
        return new Conversation(in.getBytes(StandardCharsets.UTF_8), out.getBytes(StandardCharsets.UTF_8));
    }

    byte[] in() {
        return in;
    }

    byte[] out() {
        return out;
    }

    @Override
    public String toString() {
        return "a conversation of " + in.length + " bytes in and " + out.length + " bytes out";
    }
}
