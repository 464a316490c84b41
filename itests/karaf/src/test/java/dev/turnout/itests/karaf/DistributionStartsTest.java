// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.itests.support.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The unpacked archive, run by its scripts and talked to from outside, where it can be stopped and started again. */
class DistributionStartsTest {

    private static KarafProcess karaf;

    /** What a test makes Turnout warn of on purpose; the log has it from then on. */
    private static final String EXPECTED_WARNING = "| server two-part (";

    @BeforeAll
    static void start() throws Exception {
        if (!KarafJdk.fits()) {
            System.out.println(DistributionStartsTest.class.getSimpleName() + " " + KarafJdk.reason());
            return;
        }
        Path target = Path.of(System.getProperty("turnout.target"));
        karaf = new KarafProcess(
                Path.of(System.getProperty("turnout.karaf")), Files.createTempDirectory(target, "started"));
        karaf.start();
    }

    @AfterAll
    static void stop() throws Exception {
        if (karaf != null) {
            try (KarafProcess last = karaf) {
                last.stop();
            }
            KarafLog.assertClean(karaf.log(), EXPECTED_WARNING);
        }
    }

    @BeforeEach
    void karafRunsOnThisJdk() {
        assumeTrue(KarafJdk.fits(), KarafJdk.reason());
    }

    @AfterEach
    void logIsClean() throws IOException {
        if (KarafJdk.fits()) {
            KarafLog.assertClean(karaf.log(), EXPECTED_WARNING);
        }
    }

    /** Writes a whole file at once, as the file installer may look at any time. */
    private static Path write(String name, String... lines) throws IOException {
        Path file = karaf.etc().resolve(name);
        Path draft = Files.writeString(karaf.etc().resolve("draft"), String.join("\n", lines) + "\n");
        return Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void assertAnswers(String expected, int port, String text) throws IOException {
        try (Client client = Client.tcp(port)) {
            assertEquals(expected, client.exchange(text));
        }
    }

    private static void assertCloses(int port) throws Exception {
        Until.holds("port " + port + " is free", () -> KarafProcess.listens(port), listens -> !listens);
    }

    @Test
    void servesTheExampleItComesWith() throws Exception {
        assertAnswers("hello", karaf.port("echo", port -> port > 0), "hello");
    }

    @Test
    void opensChangesAndClosesAServerWithItsFile() throws Exception {
        Path file = write("dev.turnout.server~mine.cfg", "endpoint = tcp://127.0.0.1:0", "protocol = echo");
        int first = karaf.port("mine", port -> port > 0);
        assertAnswers("hello", first, "hello");

        write("dev.turnout.server~mine.cfg", "endpoint = tcp://127.0.0.1:0?backlog=9", "protocol = line");
        assertCloses(first);
        int second = karaf.port("mine", port -> port > 0);
        assertAnswers("HELLO\n", second, "hello\n");

        Files.delete(file);
        assertCloses(second);
    }

    @Test
    void readsFilesNamedWithADashTooAndLetsNoTwoHaveOneName() throws Exception {
        Path dash = write("dev.turnout.server-two-part.cfg", "endpoint = tcp://127.0.0.1:0", "protocol = echo");
        int first = karaf.port("two-part", port -> port > 0);
        assertAnswers("hello", first, "hello");

        Path tilde = write("dev.turnout.server~two-part.cfg", "endpoint = tcp://127.0.0.1:0", "protocol = line");
        String table = Until.holds(
                "the second is refused", karaf::servers, text -> text.contains("two-part is not as configured"));

        assertTrue(table.contains("dev.turnout.server-two-part.cfg already"), table);
        assertTrue(table.contains("dev.turnout.server~two-part.cfg"), table);
        assertEquals(first, KarafProcess.port("two-part", table), "the first goes on");
        Files.delete(dash);
        assertCloses(first);
        int second = karaf.port("two-part", port -> port > 0);
        assertAnswers("HELLO\n", second, "hello\n");
        Files.delete(tilde);
        assertCloses(second);
    }

    @Test
    void servesAgainAfterARestartWithoutAWarning() throws Exception {
        Path file = write("dev.turnout.server~lasting.cfg", "endpoint = tcp://127.0.0.1:0", "protocol = echo");
        int before = karaf.port("lasting", port -> port > 0);

        karaf.stop();
        assertFalse(KarafProcess.listens(before));
        karaf.start();

        int after = karaf.port("lasting", port -> port > 0);
        assertAnswers("again", after, "again");
        Files.delete(file);
        assertCloses(after);
    }
}
