// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.testkit.LoopThread;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions that no loop knows, with a deadline. */
final class Eventually {

    private static final long PAUSE_NANOS = 2_000_000;

    private Eventually() {}

    static void until(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + LoopThread.DEADLINE + " for " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
