// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for conditions, up to half a minute unless told otherwise. */
public final class Await {

    /** How long tests wait, also for the answer to each question. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private Await() {}

    /** Returns the first value that is wanted; fails with the last one. */
    public static <T> T value(String wanted, Callable<T> question, Predicate<T> condition) throws Exception {
        return value(wanted, Math.toIntExact(PATIENCE.toSeconds()), question, condition);
    }

    /** Returns the first value that is wanted, within so many seconds; fails with the last one. */
    public static <T> T value(String wanted, int seconds, Callable<T> question, Predicate<T> condition)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        T answer = question.call();
        while (!condition.test(answer)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + wanted + "; the last answer was " + answer);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            answer = question.call();
        }
        return answer;
    }

    /** Waits until the answer is true. */
    public static void until(String wanted, Callable<Boolean> question) throws Exception {
        value(wanted, question, answer -> answer);
    }
}
