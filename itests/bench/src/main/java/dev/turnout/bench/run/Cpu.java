// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processor time of a process so far, as Linux accounts it: the sum by thread in nanoseconds, and how it splits in ticks of 10 ms.
 *
 * @param nanosByThread what each thread ran
 * @param userTicks ticks in the program
 * @param systemTicks ticks in the kernel for the program
 */
public record Cpu(Map<String, Long> nanosByThread, long userTicks, long systemTicks) {

    /**
     * Processor time of an interval.
     *
     * @param total all of it, in nanoseconds
     * @param userTicks ticks in the program
     * @param systemTicks ticks in the kernel for the program
     */
    public record Spent(double total, long userTicks, long systemTicks) {

        /** So few ticks say how often the clock happened to meet the program, not how long that ran. */
        static final int LEAST_TICKS = 10;

        /** Tells whether the ticks are enough to split the time by them. */
        public boolean isSplit() {
            return userTicks >= LEAST_TICKS;
        }

        /** Returns the part in the program, in nanoseconds. */
        public double user() {
            return total * userTicks / (userTicks + systemTicks);
        }
    }

    /** Reads it. */
    public static Cpu of(long pid) throws IOException {
        Path folder = Path.of("/proc", Long.toString(pid));
        if (!Files.exists(folder)) {
            throw new IOException("the process has ended");
        }
        String stat = Files.readString(folder.resolve("stat"));
        // the name may have blanks, and stands in brackets
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
        Map<String, Long> nanos = new HashMap<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(folder.resolve("task"))) {
            for (Path thread : threads) {
                try {
                    String schedstat = Files.readString(thread.resolve("schedstat"));
                    nanos.put(
                            String.valueOf(thread.getFileName()),
                            Long.valueOf(schedstat.substring(0, schedstat.indexOf(' '))));
                } catch (NoSuchFileException e) {
                    // the thread has ended
                }
            }
        }
        return new Cpu(nanos, Long.parseLong(fields.get(11)), Long.parseLong(fields.get(12)));
    }

    /** Returns what was spent since an earlier reading. A thread that has ended since is not counted. */
    public Spent since(Cpu earlier) {
        long total = 0;
        for (Map.Entry<String, Long> thread : nanosByThread.entrySet()) {
            total += thread.getValue() - earlier.nanosByThread.getOrDefault(thread.getKey(), 0L);
        }
        return new Spent(total, userTicks - earlier.userTicks, systemTicks - earlier.systemTicks);
    }
}
