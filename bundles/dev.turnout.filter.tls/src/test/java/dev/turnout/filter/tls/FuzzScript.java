// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.util.Arrays;

/** Reads a fuzzer's input as numbers; behind its end there are only zeros. */
final class FuzzScript {

    private final byte[] input;
    private int at;

    FuzzScript(byte[] input) {
        this.input = input;
    }

    boolean isOver() {
        return at >= input.length;
    }

    int next() {
        return isOver() ? 0 : input[at++] & 0xFF;
    }

    /** Reads so many bytes, or as many as are left. */
    byte[] next(int count) {
        int end = Math.min(input.length, at + count);
        byte[] bytes = Arrays.copyOfRange(input, Math.min(at, end), end);
        at = end;
        return bytes;
    }
}
