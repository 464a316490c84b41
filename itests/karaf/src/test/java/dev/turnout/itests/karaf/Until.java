// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for conditions inside Karaf and outside, with nothing but the JDK. */
final class Until {

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private Until() {}

    /** Returns the first answer that is wanted; fails with the last one. */
    static <T> T holds(String what, Callable<T> question, Predicate<T> wanted) throws Exception {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        T answer = question.call();
        while (!wanted.test(answer)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain until " + what + "; the last answer was " + answer);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            answer = question.call();
        }
        return answer;
    }
}
