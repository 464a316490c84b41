// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts the system calls of a process by {@code strace -c}, which slows it down: what is counted is not timed. */
public final class SystemCalls implements AutoCloseable {

    private static final Duration MOST = Duration.ofSeconds(20);

    private final Path summary;
    private final Child strace;

    /** Attaches to a process and its threads. */
    public SystemCalls(long pid, Path logs) throws IOException, InterruptedException {
        summary = logs.resolve("strace.txt");
        Files.deleteIfExists(summary);
        // strace says on its standard error when it has attached
        strace = new Child(
                "strace",
                List.of(
                        "sh",
                        "-c",
                        "exec strace -c -f -o \"$1\" -p \"$2\" 2>&1",
                        "sh",
                        summary.toString(),
                        Long.toString(pid)),
                logs.resolve("strace.log"));
        String said = strace.line(MOST);
        if (!said.contains("attached")) {
            close();
            throw new IOException(said);
        }
    }

    /** Detaches and returns the calls by name. */
    public Map<String, Double> stop() throws IOException, InterruptedException {
        strace.interrupt();
        strace.await(MOST);
        Map<String, Double> calls = new LinkedHashMap<>();
        for (String line : Files.readAllLines(summary)) {
            // % time, seconds, usecs/call, calls, errors if any, name
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length >= 5 && fields[3].matches("\\d+") && !fields[fields.length - 1].equals("total")) {
                calls.put(fields[fields.length - 1], Double.valueOf(fields[3]));
            }
        }
        return calls;
    }

    @Override
    public void close() {
        strace.interrupt();
        strace.close();
    }
}
