// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.turnout.bench.run.Programs;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shows that the bench works; judges no speed. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // it starts a dozen JVMs, each scenario's load generator among them
@EnabledOnOs(value = OS.LINUX, disabledReason = "the bench reads /proc")
class BenchTest {

    @TempDir
    Path folder;

    @Test
    void measuresVerifiedMessagesAndWritesTheReport() throws Exception {
        run("tcp-50x1KiB", "turnout", "bare");

        assertPositive(2, "total", "verifiedBytes", "cpuMicros");
        assertEquals(2, values("allocatedBytes").size()); // which may well be none
        String page = Files.readString(folder.resolve("report.html"));
        assertTrue(page.contains("turnout"), "the results are inside");
        assertTrue(page.contains("new Chart("), "the plots are inside");
        assertFalse(page.contains(" src="), "nothing is loaded");
        assertFalse(page.contains("<link"), "nothing is loaded");
        List<String> lines = Files.readAllLines(folder.resolve("report.md"));
        List<List<String>> table = lines.subList(lines.indexOf("## tcp-50x1KiB") + 4, lines.size()).stream()
                .takeWhile(line -> line.startsWith("| "))
                .map(line -> List.of(line.split(" *\\| *")))
                .toList();
        assertEquals(
                List.of("", "server", "messages/s", "ratio", "CPU µs", "ratio"),
                table.get(0).subList(0, 6));
        assertEquals(List.of("", "---", "---:"), table.get(1).subList(0, 3));
        assertEquals(
                List.of("bare", "turnout"),
                table.stream().skip(2).map(row -> row.get(1)).toList());
        for (int i = 2; i < table.get(0).size(); i++) {
            assertTrue(!table.get(2).get(i).equals("-") || !table.get(3).get(i).equals("-"), table::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--seconds, abc, abc",
        "--rounds, -1, -1",
        "--warm-up, 1.5, 1.5",
        "--scenarios, 'a,', --list",
        "--servers, nobody, nobody",
        "--cores, 99, 99",
        "--java, /no/such/jdk, /no/such/jdk",
        "--java, '', --java needs a value",
        "--cores, '0,0', two different numbers",
        "--cores, '0-1', two different numbers",
        "--cores, '0-2147483647', two different numbers",
        "--reference, 'ba*', one server",
        "--seconds, 1e10, 3,600",
        "--rate, 1e300, 10,000,000",
        "--output, /dev/null/report, /dev/null/report",
        "--output, '', --output needs a value"
    })
    void saysWhichOptionIsWrong(String option, String value, String said) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> Bench.run(new PrintStream(new ByteArrayOutputStream()), option, value));

        String text = String.valueOf(refusal.getMessage());
        assertTrue(text.contains(said), text);
    }

    /** Each kind of load by another kind of server. */
    @ParameterizedTest
    @CsvSource({
        "tcp-connect, netty-nio, true",
        "unix-connect, turnout, true",
        "tls-50x1KiB, bare, true",
        "udp-50x512B, turnout, false"
    })
    void measuresOtherKindsOfLoad(String scenario, String server, boolean allocates) throws Exception {
        run(scenario, server, server);

        assertPositive(1, "total", "verifiedBytes", "cpuMicros");
        if (allocates) {
            assertPositive(1, "allocatedBytes");
        }
    }

    @Test
    void splitsProcessorTimeBySamples() throws Exception {
        try {
            Programs.output("perf", "record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "true");
        } catch (IOException e) {
            Assumptions.abort("perf is needed, and may not be used here: " + e.getMessage());
        }

        // long enough that perf gets to run on a busy machine
        run("tcp-50x1KiB", "turnout", "bare", "--perf", "--seconds", "3");

        assertPositive(2, "userMicros", "systemMicros");
    }

    @Test
    void measuresIdleConnections() throws Exception {
        run("idle-10000", "turnout", "turnout");

        assertPositive(1, "verifiedBytes", "liveBytes", "residentBefore");
        assertEquals(1, values("residentBytes").size()); // few may find room in what is resident
        assertShare("stolen");
    }

    @Test
    void measuresAnyScenarioOfTcpWhileConnectionsAreSwitched() throws Exception {
        run("tcp-10x64KiB-switching", "turnout,turnout-switching", "turnout");

        assertPositive(2, "verifiedBytes", "cpuMicros");
        assertPositive(1, "switches");
        assertEquals(List.of(0.0), values("failedSwitches"));
    }

    @Test
    void measuresTwoLoopsThatCompute() throws Exception {
        run("tcp-50x1KiB-loops-working", "turnout,turnout-2-loops", "turnout");

        assertPositive(2, "verifiedBytes", "loadCpu");
    }

    @Test
    void measuresWorkWithoutALoadGenerator() throws Exception {
        run("calls", "turnout", "turnout");

        assertPositive(1, "operations", "cpuMicros", "allocatedBytes");
        assertShare("stolen");
    }

    @Test
    void goesOnAndSaysSoWhenResultsCannotBeWritten() throws Exception {
        Files.createDirectories(folder.resolve("results.json/in the way"));
        ByteArrayOutputStream said = new ByteArrayOutputStream();

        int status = Bench.run(new PrintStream(said, true, StandardCharsets.UTF_8), cheapest("--rounds", "1"));

        String text = said.toString(StandardCharsets.UTF_8);
        assertEquals(1, status, text);
        assertTrue(text.contains("cannot write results.json, report.html and report.md into " + folder), text);
        assertTrue(text.contains("calls/s"), "the table is printed: " + text);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("results.json")), files.toList());
        }
    }

    @Test
    void saysWhatIsLeftAndLeavesNothingElseWhenItIsBrokenOff() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                Bench.class.getName()));
        command.addAll(List.of(cheapest("--rounds", "1000")));
        Process bench = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(folder.toFile())
                .start();
        try (BufferedReader said = bench.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = new ArrayList<>();
            boolean ended = false;
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                lines.add(line);
                if (!ended && line.contains("round 2 of 1000")) {
                    ended = true;
                    bench.toHandle().destroy(); // which leaves what it says readable
                }
            }

            assertTrue(ended, lines::toString);
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("broken off; ")), lines::toString);
            assertTrue(bench.waitFor(1, TimeUnit.MINUTES));
        } finally {
            bench.destroyForcibly();
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.getFileName().toString().startsWith("turnout-bench"))
                            .toList());
        }
    }

    /** Returns the options of what takes least. */
    private String[] cheapest(String... more) {
        List<String> options = new ArrayList<>(List.of("--smoke", "--no-strace", "--output", folder.toString()));
        options.addAll(List.of("--scenarios", "calls", "--servers", "turnout", "--reference", "turnout"));
        options.addAll(List.of(more));
        return options.toArray(new String[0]);
    }

    private void run(String scenario, String server, String reference, String... more)
            throws IOException, InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        List<String> options = new ArrayList<>(List.of("--smoke", "--no-strace", "--output", folder.toString()));
        options.addAll(List.of("--scenarios", scenario, "--servers", server, "--reference", reference));
        options.addAll(List.of(more));

        int status = Bench.run(new PrintStream(said, true, StandardCharsets.UTF_8), options.toArray(new String[0]));

        assertEquals(0, status, () -> said.toString(StandardCharsets.UTF_8));
    }

    private void assertPositive(int servers, String... names) throws IOException {
        for (String name : names) {
            List<Double> values = values(name);
            assertEquals(servers, values.size(), () -> name + ": " + values);
            assertTrue(values.stream().allMatch(value -> value > 0), () -> name + ": " + values);
        }
    }

    private void assertShare(String name) throws IOException {
        List<Double> values = values(name);
        assertEquals(1, values.size(), () -> name + ": " + values);
        assertTrue(values.get(0) >= 0 && values.get(0) <= 1, () -> name + ": " + values);
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
