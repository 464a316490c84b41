// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuTest {

    @Test
    void splitsTheTimeOfThreadsAsTicksAre() {
        Cpu begin = new Cpu(Map.of("1", 100L, "2", 50L), 5, 7);
        Cpu end = new Cpu(Map.of("1", 500L, "3", 600L), 15, 37);

        Cpu.Spent spent = end.since(begin);

        assertEquals(1_000, spent.total());
        assertTrue(spent.isSplit());
        assertEquals(250, spent.user());
    }

    @Test
    void doesNotSplitByFewTicks() {
        Cpu begin = new Cpu(Map.of(), 5, 7);
        Cpu end = new Cpu(Map.of("1", 500L), 14, 200);

        assertFalse(end.since(begin).isSplit());
    }
}
