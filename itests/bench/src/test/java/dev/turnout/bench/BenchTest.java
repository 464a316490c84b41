// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Shows that the bench works; judges no speed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // it starts eight JVMs
@EnabledOnOs(value = OS.LINUX, disabledReason = "the bench reads /proc")
class BenchTest {

    @TempDir
    Path folder;

    @Test
    void measuresVerifiedMessagesAndWritesTheReport() throws Exception {
        int status = run(
                "--smoke", "--no-strace", "--servers", "turnout,netty-nio", "--scenarios", "tcp-50x1KiB,tcp-connect");

        assertEquals(0, status);
        for (String name : List.of("messages", "verifiedBytes", "cpuMicros", "allocatedBytes")) {
            List<Double> values = values(name);
            assertEquals(6, values.size(), () -> name + " of three servers in two scenarios");
            assertTrue(values.stream().allMatch(value -> value > 0), () -> name + ": " + values);
        }
        String page = Files.readString(folder.resolve("report.html"));
        assertTrue(page.contains("turnout"), "the results are inside");
        assertTrue(page.contains("new Chart("), "the plots are inside");
        assertFalse(page.contains(" src="), "nothing is loaded");
        assertFalse(page.contains("<link"), "nothing is loaded");
    }

    private int run(String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--output", folder.toString()));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Bench.run(new PrintStream(said, true, StandardCharsets.UTF_8), all.toArray(String[]::new));
        if (status != 0) {
            System.out.println(said.toString(StandardCharsets.UTF_8));
        }
        return status;
    }

    /** Returns the numbers of a name, of all raw rounds. */
    private List<Double> values(String name) throws IOException {
        List<Double> values = new ArrayList<>();
        try (JsonParser json =
                new JsonFactory().createParser(folder.resolve("results.json").toFile())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token.isNumeric() && name.equals(json.currentName())) {
                    values.add(json.getDoubleValue());
                }
            }
        }
        return values;
    }
}
