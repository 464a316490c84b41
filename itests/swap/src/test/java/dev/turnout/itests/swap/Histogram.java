// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

/** Counts times, to say how long most of them and the longest were. Not thread-safe. */
final class Histogram {

    /** Each bucket is a hundredth wider than the one before. */
    private static final double STEP = 1.01;

    private static final int BUCKETS = 3000;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long max;

    /** Adds a time in nanoseconds. */
    void add(long nanos) {
        int bucket = (int) (Math.log((double) Math.max(1, nanos)) / Math.log(STEP));
        counts[Math.min(bucket, BUCKETS - 1)]++;
        count++;
        max = Math.max(max, nanos);
    }

    /** Adds all times of another one. */
    void add(Histogram other) {
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            counts[bucket] += other.counts[bucket];
        }
        count += other.count;
        max = Math.max(max, other.max);
    }

    long count() {
        return count;
    }

    long max() {
        return max;
    }

    /** Returns a time that so many in a hundred do not exceed, a hundredth too long at most. */
    long percentile(double share) {
        long wanted = (long) Math.ceil(count * share / 100);
        long seen = 0;
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0) {
                return Math.min(max, (long) Math.pow(STEP, bucket + 1));
            }
        }
        return 0;
    }
}
