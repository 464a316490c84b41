// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks two thousand times in a second of processor time where a process is, by {@code perf record}: that splits user from system time a hundred times finer than
 * the system's ticks do.
 */
public final class Samples implements AutoCloseable {

    private static final Duration MOST = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Path data;
    private final Child perf;

    /** Begins to look at a process and its threads. */
    public Samples(long pid, Path logs) throws IOException, InterruptedException {
        data = logs.resolve("perf.data");
        Files.deleteIfExists(data);
        // by the clock that System.nanoTime() reads
        perf = new Child(
                "perf",
                List.of(
                        "perf",
                        "record",
                        "-q",
                        "-F",
                        "1999",
                        "-e",
                        "cpu-clock",
                        "-k",
                        "CLOCK_MONOTONIC",
                        "-p",
                        Long.toString(pid),
                        "-o",
                        data.toString()),
                logs.resolve("perf.log"));
        long limit = System.nanoTime() + MOST.toNanos();
        while (!Files.exists(data) || Files.size(data) == 0) {
            if (System.nanoTime() > limit || perf.hasEnded()) {
                close();
                throw new IOException("perf does not begin" + perf.lastWords());
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Stops, and returns which part of the samples between two times of {@link System#nanoTime()} was outside the kernel. */
    public double userShare(long from, long to) throws IOException, InterruptedException {
        perf.interrupt();
        perf.await(MOST);
        String samples = Programs.output("perf", "script", "-i", data.toString(), "--ns", "-F", "time,ip");
        long user = 0;
        long all = 0;
        for (String line : samples.lines().toList()) {
            // seconds with nine digits and a colon, the address
            String[] fields = line.strip().split(":\\s+", 2);
            if (fields.length == 2 && fields[0].matches("\\d+\\.\\d{9}") && fields[1].matches("[0-9a-f]+")) {
                long time = new BigDecimal(fields[0]).movePointRight(9).longValueExact();
                if (time >= from && time <= to) {
                    all++;
                    user += isUser(fields[1]) ? 1 : 0;
                }
            }
        }
        if (all == 0) {
            throw new IOException("perf has no samples of the round" + perf.lastWords());
        }
        return (double) user / all;
    }

    /** Tells an address of the program from one of the kernel, which is in the upper half. */
    private static boolean isUser(String address) {
        return Long.parseUnsignedLong(address, 16) >= 0;
    }

    @Override
    public void close() {
        perf.interrupt();
        perf.close();
    }
}
