// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerTest {

    @ParameterizedTest
    @ValueSource(strings = {"bare", "turnout", "netty"})
    void callsAreAllRun(String way) {
        assertEquals(80_000, operations(Calls.worker(way)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bare", "turnout", "netty", "wheel"})
    void timersAreScheduledAndCancelled(String way) {
        assertEquals(Timers.MANY, operations(Timers.worker(way)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bare", "turnout"})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the bench needs Linux")
    void childIsStartedAndHeard(String way) throws IOException {
        assertEquals(1, operations(Children.worker("children", way)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bare", "turnout"})
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the bench needs Linux")
    void chunksComeBackFromAChild(String way) throws IOException {
        assertEquals(Children.CHUNKS, operations(Children.worker("pipes", way)));
    }

    @Test
    void whatGoesWrongIsSaid() {
        String said = new Worker(() -> {
                    throw new IOException("other \"bytes\"");
                })
                .run(0);

        assertEquals("{\"error\":\"java.io.IOException: other  bytes \"}", said);
    }

    private static int operations(Worker worker) {
        String said = worker.run(0);
        assertTrue(said.startsWith("{\"operations\":"), said);
        return Integer.parseInt(said.replaceFirst("\\D+(\\d+).*", "$1"));
    }
}
