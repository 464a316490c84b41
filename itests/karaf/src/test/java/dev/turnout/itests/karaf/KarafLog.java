// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Is Karaf's log, written in {@link #PATTERN}, with which a line names its logger in full. */
final class KarafLog {

    static final String PATTERN = "%d{ISO8601} | %-5p | %c | %m%n";

    private KarafLog() {}

    /** Fails if there is an error of whomever, or a warning of ours. */
    static void assertClean(Path file) throws IOException {
        assertClean(file, "");
    }

    /** Does the same, but lets warnings of ours pass that contain a text, unless that is empty. */
    static void assertClean(Path file, String expected) throws IOException {
        List<String> lines = Files.readAllLines(file);
        assertTrue("the log is empty: " + file, lines.stream().anyMatch(line -> line.contains(" | INFO ")));
        assertEquals(
                "in " + file,
                List.of(),
                lines.stream()
                        .filter(line -> line.contains(" | ERROR | ") || line.contains(" | WARN  | dev.turnout"))
                        .filter(line -> expected.isEmpty() || line.contains(" | ERROR | ") || !line.contains(expected))
                        .toList());
    }
}
