// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that is spoken with line by line, and ends when its standard input does. One thread. */
public final class Child implements AutoCloseable {

    private static final Duration LEAVE = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final Path errors;
    private final Writer input;
    private final LinkedBlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

    /** Starts a program; what it says on its standard error is kept in a file, for when it fails. */
    public Child(String name, List<String> command, Path errors) throws IOException {
        this.name = name;
        this.errors = errors;
        process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        input = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "output of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(Optional.of(line));
            }
        } catch (IOException | UncheckedIOException e) {
            // it was ended
        } finally {
            lines.add(Optional.empty());
        }
    }

    /** Returns the process's number. */
    public long pid() {
        return process.pid();
    }

    /** Sends a line. */
    public void tell(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** Waits for the next line. */
    public String line(Duration most) throws IOException, InterruptedException {
        Optional<String> line = lines.poll(most.toNanos(), TimeUnit.NANOSECONDS);
        if (line == null) {
            throw new IOException(name + " said nothing for " + most.toSeconds() + " s" + lastWords());
        }
        return line.orElseThrow(() -> new IOException(name + " has ended" + lastWords()));
    }

    /** Sends a line and waits for the answer. */
    public String ask(String line, Duration most) throws IOException, InterruptedException {
        tell(line);
        return line(most);
    }

    /** Sends the signal that asks to end, without waiting. */
    public void interrupt() {
        process.destroy();
    }

    /** Waits until it has ended; whatever it still says is lost. */
    public void await(Duration most) throws IOException, InterruptedException {
        if (!process.waitFor(most.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException(name + " does not end");
        }
    }

    /** Tells whether it has ended. */
    boolean hasEnded() {
        return !process.isAlive();
    }

    /** Returns what it said on its standard error, as the end of a sentence. */
    String lastWords() {
        try {
            List<String> said = Files.readAllLines(errors, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("\tat "))
                    .limit(3)
                    .toList();
            return said.isEmpty() ? "" : ": " + String.join(" | ", said);
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            // it has ended
        }
        boolean ended = false;
        try {
            ended = process.waitFor(LEAVE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            process.destroyForcibly();
        }
    }
}
