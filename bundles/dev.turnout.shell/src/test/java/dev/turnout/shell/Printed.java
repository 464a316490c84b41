// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Catches what commands print. */
final class Printed {

    private Printed() {}

    /** Returns what a command prints, without the end of the last line. */
    static String by(Runnable command) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            command.run();
        } finally {
            System.setOut(before);
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.endsWith(System.lineSeparator()), text);
        return text.substring(0, text.length() - System.lineSeparator().length());
    }
}
