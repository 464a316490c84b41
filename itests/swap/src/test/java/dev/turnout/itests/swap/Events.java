// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Takes in what the container tells about switches. */
final class Events {

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Control control;
    private final Map<String, Integer> total = new TreeMap<>();
    private Map<String, Integer> latest = new TreeMap<>();
    private long first;
    private long last;
    private String sample = "";

    Events(Control control) {
        this.control = control;
    }

    /** Forgets what was counted since the last call. */
    void begin() throws IOException {
        take(null, "");
        latest = new TreeMap<>();
        first = Long.MAX_VALUE;
        last = 0;
    }

    /** Takes in events until there are so many of a kind, and adds their times. */
    void await(String kind, int count, Histogram pauses) throws IOException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (count(kind) < count) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + count + " times " + kind + ": " + latest);
            }
            take(pauses, kind);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private void take(Histogram pauses, String kind) throws IOException {
        for (String line : control.tell("events")) {
            List<String> words = List.of(line.split(" ", 6));
            latest.merge(words.get(0), 1, Integer::sum);
            total.merge(words.get(0), 1, Integer::sum);
            if (words.get(0).equals("FAILED") || words.get(0).equals("ABORTED")) {
                sample = line;
            }
            first = Math.min(first, Long.parseLong(words.get(1)));
            last = Math.max(last, Long.parseLong(words.get(1)));
            if (pauses != null && words.get(0).equals(kind)) {
                pauses.add(Long.parseLong(words.get(2)));
            }
        }
    }

    int count(String kind) {
        return latest.getOrDefault(kind, 0);
    }

    /** Returns the milliseconds between the first and the last event. */
    long spanMillis() {
        return Math.max(0, last - first);
    }

    /** Returns how many events of each kind there were in all. */
    Map<String, Integer> total() throws IOException {
        take(null, "");
        return total;
    }

    /** Returns the latest failure that is not a roll-back, or an empty text. */
    String sample() {
        return sample;
    }
}
