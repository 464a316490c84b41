// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import java.io.PrintStream;
import java.util.Locale;

/** Says what is going on. */
final class Progress {

    private final PrintStream stream;
    private final long begun = System.nanoTime();

    Progress(PrintStream stream) {
        this.stream = stream;
    }

    void say(String format, Object... arguments) {
        stream.printf(
                Locale.ROOT,
                "%4d s  %s%n",
                (System.nanoTime() - begun) / 1_000_000_000,
                String.format(Locale.ROOT, format, arguments));
    }
}
