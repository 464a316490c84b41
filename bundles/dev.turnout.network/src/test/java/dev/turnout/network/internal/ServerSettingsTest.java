// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.network.internal.ServerSettings.WrongValue;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is wrong with a configuration by itself is found while it is read. */
class ServerSettingsTest {

    @Test
    void waterMarksThatContradictEachOtherAreNamed() {
        Map<String, String> configuration =
                Map.of("endpoint", "tcp://127.0.0.1:0?write.high=1KiB", "protocol", "echo", "write.low", "2KiB");

        WrongValue wrong = assertThrows(WrongValue.class, () -> ServerSettings.read(configuration));

        assertEquals("write.low", wrong.property);
        assertTrue(String.valueOf(wrong.getMessage()).contains("above write.high=1024"), wrong.getMessage());
    }
}
