// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class StolenTest {

    @Test
    void isTheEighthShareOfTheFirstLine() throws Exception {
        Stolen earlier = Stolen.of("cpu  100 10 50 800 5 3 2 30 90 9\ncpu0 7 7 7 7 7 7 7 7 7 7\n");
        Stolen later = Stolen.of("cpu  130 10 60 840 5 3 2 50 95 9\ncpu0 8 8 8 8 8 8 8 8 8 8\n");

        assertEquals(new Stolen(30, 1000), earlier);
        assertEquals(0.2, later.since(earlier));
    }

    @Test
    void isNothingWithinATick() {
        assertEquals(0, new Stolen(30, 1000).since(new Stolen(30, 1000)));
    }

    @Test
    void saysWhatIsMissing() {
        IOException e = assertThrows(IOException.class, () -> Stolen.of("cpu 1 2 3 4\n"));

        assertTrue(String.valueOf(e.getMessage()).contains("[cpu, 1, 2, 3, 4]"), e::toString);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the bench reads /proc")
    void readsWhatTheSystemTells() throws Exception {
        Stolen now = Stolen.now();

        assertTrue(now.ticks() <= now.all() && now.all() > 0, now::toString);
    }
}
