// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Is an example that runs as a process of its own. Every wait ends after half a minute. */
final class Program implements AutoCloseable {

    private static final long DEADLINE_SECONDS = 30;

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private Program(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "example-output");
        reader.setDaemon(true);
        reader.start();
    }

    static Program start(Class<?> example, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.add(example.getName());
        command.addAll(List.of(arguments));
        return start(command);
    }

    /** Starts any program. */
    static Program start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // would be a line of its own
        Process process = builder.start();
        process.getOutputStream().close();
        return new Program(process);
    }

    /** Runs an example to its end and returns what it said. */
    static List<String> run(Class<?> example, String... arguments) throws Exception {
        try (Program program = start(example, arguments)) {
            program.awaitEnd();
            return program.lines();
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            synchronized (lines) {
                lines.add("its output cannot be read: " + e);
            }
        } finally {
            synchronized (lines) {
                ended = true;
                lines.notifyAll();
            }
        }
    }

    List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits for a line that begins with this. */
    void awaitLine(String beginning) throws InterruptedException {
        await(beginning);
    }

    void awaitEnd() throws InterruptedException {
        await(null);
    }

    /** Waits for a line, or for the end. */
    private void await(@Nullable String beginning) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        synchronized (lines) {
            while (beginning == null ? !ended : lines.stream().noneMatch(line -> line.startsWith(beginning))) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0 || (ended && beginning != null)) {
                    throw new AssertionError(
                            "waited for " + (beginning == null ? "the end" : beginning) + "; it said " + lines);
                }
                lines.wait(left);
            }
        }
    }

    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
