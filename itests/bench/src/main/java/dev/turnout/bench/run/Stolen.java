// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processor time that a virtual machine's host gave to others, of all processors, as Linux counts it since it began.
 *
 * @param ticks time in which a processor had something to do and was not let, in ticks of 10 ms
 * @param all all the time, idle or not, in the same ticks
 */
public record Stolen(long ticks, long all) {

    /** What has a share in the time: user, nice, system, idle, iowait, irq, softirq, steal. What guests take is in the first two. */
    private static final int SHARES = 8;

    /** Reads it. */
    public static Stolen now() throws IOException {
        return of(Files.readString(Path.of("/proc/stat")));
    }

    /** Reads it from the text of {@code /proc/stat}, whose first line is the sum of all processors. */
    static Stolen of(String stat) throws IOException {
        List<String> words = List.of(stat.lines().findFirst().orElse("").split(" +"));
        if (words.size() <= SHARES) {
            throw new IOException("/proc/stat does not tell how much time was stolen: " + words);
        }
        long all = 0;
        for (String share : words.subList(1, 1 + SHARES)) {
            all += Long.parseLong(share);
        }
        return new Stolen(Long.parseLong(words.get(SHARES)), all);
    }

    /** Returns the share of the time since an earlier reading that was stolen, from 0 to 1; 0 if no tick has passed. */
    public double since(Stolen earlier) {
        return all > earlier.all ? (double) (ticks - earlier.ticks) / (all - earlier.all) : 0;
    }
}
