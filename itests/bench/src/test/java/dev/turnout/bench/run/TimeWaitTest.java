// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TimeWaitTest {

    @Test
    void hasRoomWhileARunCannotFillIt() {
        assertTrue(new TimeWait(100_000, 131_072, 28_232).hasRoom());
        assertFalse(new TimeWait(110_000, 131_072, 28_232).hasRoom());
    }

    @Test
    void waitsForNoTableThatAFewRunsFill() {
        assertTrue(new TimeWait(65_536, 65_536, 28_232).hasRoom());
        assertTrue(new TimeWait(16_384, 16_384, 28_232).hasRoom());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the bench reads /proc")
    void readsWhatTheSystemTells() throws Exception {
        TimeWait now = TimeWait.now();

        assertTrue(now.most() > 99, now::toString);
        assertTrue(now.ports() > 1, now::toString);
        assertTrue(now.entries() <= now.most(), now::toString);
    }
}
