// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which processes are taken for descendants, by what the system shows of them. */
class FamilyTest {

    @TempDir
    Path shown;

    private Process first;
    private Process second;

    @BeforeEach
    void startTwo() throws Exception {
        first = new ProcessBuilder("sleep", "100").start();
        second = new ProcessBuilder("sleep", "100").start();
        Files.createDirectory(shown.resolve("self"));
    }

    @AfterEach
    void endThem() {
        first.destroyForcibly();
        second.destroyForcibly();
    }

    @Test
    @Spec("PROC-47")
    void oneThatIsJustBecomingAnotherProgramIsWaitedFor() throws Exception {
        Family family = new Family(shown, Duration.ofMinutes(1));
        String mark = family.newMark();
        show(first, Family.MARK + "=" + mark + '\0');
        show(second, "");

        CompletableFuture<Void> ending = CompletableFuture.runAsync(family::endAll);
        assertTrue(first.waitFor(30, TimeUnit.SECONDS), "the first sweep");
        show(second, "HOME=/\0" + Family.MARK + "=" + mark + '\0');

        ending.get(30, TimeUnit.SECONDS);
        assertTrue(second.waitFor(30, TimeUnit.SECONDS), "killed as well");
    }

    @Test
    @Spec("PROC-47")
    void oneThatHasNoEnvironmentIsLeftAlone() throws Exception {
        Family family = new Family(shown, Duration.ofMillis(20));
        show(first, Family.MARK + "=" + family.newMark() + '\0');
        show(second, "");

        CompletableFuture<Void> ending = CompletableFuture.runAsync(family::endAll);

        ending.get(30, TimeUnit.SECONDS);
        assertTrue(first.waitFor(30, TimeUnit.SECONDS), "marked");
        assertTrue(second.isAlive(), "not marked");
    }

    @Test
    @Spec("PROC-47")
    void aSweepThatFailsLeavesItsWorkToTheNextOne() throws Exception {
        Family family = new Family(shown, Duration.ofMillis(20));
        String mark = family.newMark();
        Process child = new ProcessBuilder("true").start();
        Path unreadable = Files.createDirectory(shown.resolve("1x")); // begins as a process's number does
        Path environment = Files.writeString(unreadable.resolve("environ"), "HOME=/\0");
        family.end(child, mark);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("turnout-process-sweeper")) {
                thread.join(30_000);
            }
        }
        Files.delete(environment);
        Files.delete(unreadable);
        show(first, Family.MARK + "=" + mark + '\0');

        family.end(child, family.newMark());

        assertTrue(first.waitFor(30, TimeUnit.SECONDS), "killed by the second sweep");
    }

    private void show(Process process, String environment) throws IOException {
        Path folder = Files.createDirectories(shown.resolve(Long.toString(process.pid())));
        if (!Files.isSymbolicLink(folder.resolve("exe"))) {
            Files.createSymbolicLink(folder.resolve("exe"), Path.of("/bin/sleep"));
        }
        Path next = Files.writeString(folder.resolve("next"), environment);
        Files.move(next, folder.resolve("environ"), StandardCopyOption.ATOMIC_MOVE);
    }
}
