// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts what a run did. Not threadsafe. */
final class Tally {

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
    private long total;
    private long messages;
    private long bytes;
    private long errors;
    private long exhausted;
    private long late;
    private long lost;
    private long certificates;
    private double seconds;
    private double cpu;
    private long startNanos;
    private long startCpuNanos;
    private @Nullable String firstError;

    /** Begins to measure. */
    long start() {
        startCpuNanos = SYSTEM.getProcessCpuTime();
        startNanos = System.nanoTime();
        return startNanos;
    }

    /** Ends the measured time; what is still under way is verified, but adds nothing to the rate. */
    void end() {
        long nanos = System.nanoTime() - startNanos;
        seconds = nanos / 1e9;
        cpu = (SYSTEM.getProcessCpuTime() - startCpuNanos) / (double) nanos;
        messages = total;
    }

    void message(long nanos) {
        total++;
        latencies.recordValue(Math.max(0, Math.min(nanos, LONGEST_NANOS)));
    }

    void verified(long count) {
        bytes += count;
    }

    void error(String what) {
        errors++;
        if (firstError == null) {
            firstError = what;
        }
    }

    void exhausted() {
        exhausted++;
    }

    void late(long count) {
        late += count;
    }

    void lost() {
        lost++;
    }

    void certificates(long count) {
        certificates += count;
    }

    long errors() {
        return errors;
    }

    long exhaustions() {
        return exhausted;
    }

    String json() {
        String error =
                firstError == null ? "" : ",\"firstError\":\"" + firstError.replaceAll("[\"\\\\\\p{Cntrl}]", " ") + '"';
        return String.format(
                Locale.ROOT,
                "{\"messages\":%d,\"total\":%d,\"seconds\":%.6f,\"p50Micros\":%.2f,\"p99Micros\":%.2f,\"p999Micros\":%.2f,"
                        + "\"maxMicros\":%.2f,\"verifiedBytes\":%d,\"errors\":%d,\"exhausted\":%d,\"late\":%d,"
                        + "\"lost\":%d,\"certificates\":%d,\"loadCpu\":%.3f%s}",
                messages,
                total,
                seconds,
                micros(50),
                micros(99),
                micros(99.9),
                latencies.getMaxValue() / 1e3,
                bytes,
                errors,
                exhausted,
                late,
                lost,
                certificates,
                cpu,
                error);
    }

    private double micros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }
}
