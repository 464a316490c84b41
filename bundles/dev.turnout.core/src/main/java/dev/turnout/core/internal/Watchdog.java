// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks after slow callbacks in debug mode: the loop's thread times them, a thread of its own takes the stack of one that blocks.
 *
 * <p>That thread lives while a loop in debug mode is being run, no longer.
 *
 * @see "LOOP-37, JAVA-27"
 */
final class Watchdog {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");
    private static final int FRAMES = 40;
    private static final long END_MILLIS = 1_000;

    private final String loopName;
    private volatile long slowNanos = TimeUnit.MILLISECONDS.toNanos(100);

    private volatile @Nullable Thread sampler;

    /** When the callback in progress began, on the clock of {@link System#nanoTime()}; meaningless while there is none. */
    private long began;

    private volatile @Nullable Object running;

    /** When the callback reported last began; the sampler's own. */
    private long reportedBegin;

    Watchdog(String loopName) {
        this.loopName = loopName;
    }

    long slowNanos() {
        return slowNanos;
    }

    void setSlowNanos(long nanos) {
        slowNanos = nanos;
    }

    boolean isOn() {
        return sampler != null;
    }

    /** Starts to look after the calling thread. */
    void start() {
        Thread watched = Thread.currentThread();
        Thread fresh = HelperThreads.daemon(loopName + "-watchdog", () -> sample(watched));
        sampler = fresh;
        fresh.start();
    }

    /** Ends the thread, and waits until it has: it must not outlive the run. */
    void stop() {
        Thread former = sampler;
        sampler = null;
        if (former != null) {
            LockSupport.unpark(former);
            try {
                former.join(END_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void begin(Object code) {
        began = System.nanoTime();
        running = code;
    }

    void end(Object code) {
        running = null;
        long nanos = System.nanoTime() - began;
        if (nanos >= slowNanos) {
            LOG.log(Level.WARNING, "loop {0}: {1} took {2} ms", loopName, code, nanos / 1_000_000);
        }
    }

    private void sample(Thread watched) {
        while (sampler == Thread.currentThread()) {
            LockSupport.parkNanos(this, Math.max(look(watched), 1_000_000));
        }
    }

    /** Looks at the callback in progress and returns for how long to sleep. No frame may hold the callback meanwhile, as it holds its protocol. */
    private long look(Thread watched) {
        Object code = running;
        long start = began;
        if (code == null) {
            return slowNanos / 2;
        }
        long left = slowNanos - (System.nanoTime() - start);
        if (left > 0) {
            return left;
        }
        if (start != reportedBegin) {
            StackTraceElement[] stack = watched.getStackTrace();
            if (running == code && began == start) {
                reportedBegin = start;
                report(code, stack, System.nanoTime() - start);
            }
        }
        return slowNanos / 2;
    }

    private void report(Object code, StackTraceElement[] stack, long nanos) {
        Throwable place = new Throwable("stack of the blocked thread");
        place.setStackTrace(Arrays.copyOf(stack, Math.min(FRAMES, stack.length)));
        LOG.log(
                Level.WARNING,
                "loop " + loopName + ": " + code + " blocks the loop, for " + nanos / 1_000_000 + " ms so far",
                place);
    }
}
