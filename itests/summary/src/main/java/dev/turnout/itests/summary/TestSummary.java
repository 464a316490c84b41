// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.summary;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Adds up the test reports that this build wrote in all modules and prints one line.
 * Reports older than the build belong to earlier builds and to deleted tests: they are left out.
 */
final class TestSummary {

    private TestSummary() {}

    /** Arguments: the root folder of the project; {@code since=} the start of the build in milliseconds since 1970. */
    public static void main(String[] args) throws Exception {
        var root = Path.of(args[0]);
        long start = Long.parseLong(args[1].substring("since=".length()));

        int run = 0;
        int failed = 0;
        int skipped = 0;
        for (Path report : reports(root)) {
            if (Files.getLastModifiedTime(report).toMillis() < start) {
                continue;
            }
            var suite = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(report.toFile())
                    .getDocumentElement();
            run += count(suite, "tests");
            failed += count(suite, "failures") + count(suite, "errors");
            skipped += count(suite, "skipped");
        }
        System.out.printf("Tests: %d passed, %d failed, %d skipped%n", run - failed - skipped, failed, skipped);
    }

    private static int count(Element suite, String attribute) {
        return Integer.parseInt(suite.getAttribute(attribute));
    }

    /** Returns the reports of modules two folders below the root, where all modules with tests are. */
    private static List<Path> reports(Path root) throws IOException {
        var matcher = root.getFileSystem().getPathMatcher("glob:*/*/target/{surefire,failsafe}-reports/TEST-*.xml");
        try (Stream<Path> files = Files.find(root, 5, (file, attributes) -> matcher.matches(root.relativize(file)))) {
            return files.toList();
        }
    }
}
