// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Is a running program of others; every wait for it ends after half a minute, with all that it said. */
final class Program implements AutoCloseable {

    private static final long DEADLINE_SECONDS = 30;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean silent;

    private Program(Process process) {
        this.process = process;
        Thread reading = new Thread(this::read, "program-output");
        reading.setDaemon(true);
        reading.start();
    }

    /** Skips the test if a program is not installed. */
    static void needs(String program) {
        assumeTrue(isInstalled(program), program + " is not installed: this test needs it");
    }

    /** Tells whether there is a program of this name in the search path, or of this path. */
    static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(program)));
    }

    static Program start(List<String> command) throws IOException {
        return new Program(new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("its output cannot be read: " + e); // as after a kill
        } finally {
            synchronized (lines) {
                silent = true;
                lines.notifyAll();
            }
        }
    }

    private void add(String line) {
        synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
        }
    }

    /** Writes to the program's standard input. */
    void say(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    void endInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Waits for a line that holds a text. */
    String await(String text) throws InterruptedException {
        return await(text, line -> line.contains(text));
    }

    String await(String what, Predicate<String> condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        synchronized (lines) {
            int next = 0;
            while (true) {
                for (; next < lines.size(); next++) {
                    if (condition.test(lines.get(next))) {
                        return lines.get(next);
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (silent || left <= 0) {
                    throw new AssertionError("the program did not say \"" + what + "\"; it said " + lines);
                }
                lines.wait(left);
            }
        }
    }

    /** Waits for its end and returns its exit code. */
    int exitCode() throws InterruptedException {
        return exitCode(Duration.ofSeconds(DEADLINE_SECONDS));
    }

    /** Waits longer for a program that has much to do. */
    int exitCode(Duration deadline) throws InterruptedException {
        if (!process.waitFor(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the program did not end; it said " + said());
        }
        return process.exitValue();
    }

    String said() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** Kills it without a last word. */
    void kill() {
        process.destroyForcibly()
                .onExit()
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
