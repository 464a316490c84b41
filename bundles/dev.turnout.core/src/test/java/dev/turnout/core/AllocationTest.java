// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.turnout.testkit.Spec;
import java.lang.management.ManagementFactory;
import java.nio.channels.SelectionKey;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The loop's own part of the data path makes no garbage. */
class AllocationTest extends LoopFixture {

    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 20_000;

    private int turns;
    private long before;
    private long after;

    @Test
    @Spec("LOOP-39")
    void aTurnWithAReadyChannelAllocatesNothing() throws Exception {
        Assumptions.assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "counts allocations as HotSpot does");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        loop.register(readablePipe().source(), SelectionKey.OP_READ, ops -> {
            turns++;
            if (turns == WARM_UP) {
                before = threads.getThreadAllocatedBytes(id);
            } else if (turns == WARM_UP + MEASURED) {
                after = threads.getThreadAllocatedBytes(id);
                loop.stop();
            }
        });

        loop.runForever();

        long bytes = after - before;
        // a constant rest is the measuring itself
        assertTrue(bytes < MEASURED, () -> bytes + " bytes in " + MEASURED + " turns");
    }
}
