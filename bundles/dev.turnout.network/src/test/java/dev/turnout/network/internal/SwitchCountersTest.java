// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** No more connections are parked than a server's limit allows, however many loops park at once. */
class SwitchCountersTest {

    private static final int LOOPS = 4;
    private static final int TRIES = 500_000;

    private final SwitchCounters counters = new SwitchCounters();

    @Test
    void parksNoMoreThanAllowedFromManyThreads() throws Exception {
        ExecutorService loops = Executors.newFixedThreadPool(LOOPS);
        try {
            int above = 0;
            for (Future<Integer> each : loops.invokeAll(Collections.<Callable<Integer>>nCopies(LOOPS, this::park))) {
                above += each.get();
            }
            assertEquals(0, above);
            assertEquals(0, counters.parked.get());
        } finally {
            loops.shutdown();
        }
    }

    /** Parks one and resumes it, many times, and returns how often more than the one that is allowed were parked. */
    private int park() {
        int above = 0;
        for (int i = 0; i < TRIES; i++) {
            if (counters.park(1)) {
                if (counters.parked.get() > 1) {
                    above++;
                }
                counters.parked.decrementAndGet();
            }
        }
        return above;
    }
}
