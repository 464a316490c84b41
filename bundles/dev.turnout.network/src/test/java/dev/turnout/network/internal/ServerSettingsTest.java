// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.network.internal.ServerSettings.WrongValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a configuration by itself is found while it is read. */
class ServerSettingsTest {

    @ParameterizedTest
    @ValueSource(strings = {"tls.client.auth", "tls"})
    void anOptionOfAFilterIsSentToTheEndpoint(String key) {
        WrongValue wrong = wrong(Map.of("endpoint", "tls+tcp://127.0.0.1:0", "protocol", "echo", key, "need"));

        assertEquals(key, wrong.property);
        assertTrue(
                String.valueOf(wrong.getMessage())
                        .endsWith("write it there, as in endpoint=tls+tcp://127.0.0.1:8443?" + key + "=need"),
                wrong.getMessage());
    }

    @Test
    void anOptionOfConnectingIsToldFromOneThatNobodyKnows() {
        WrongValue wrong = wrong(Map.of("endpoint", "pipe:/run/x?mode=read", "protocol", "echo"));

        assertEquals("endpoint", wrong.property);
        assertEquals(
                "mode is an option of connections that are opened; a server listens at pipe:/run/x?mode=read, and has"
                        + " none of this name",
                wrong.getMessage());
    }

    @Test
    void ofTheKnownOptionsThoseAreNamedThatATextCanSet() {
        String message =
                String.valueOf(wrong(Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo", "backlg", "1"))
                        .getMessage());

        assertTrue(
                message.startsWith("unknown option \"backlg\"; known: absence, allow.broadcast, backlog, "), message);
        for (String code : List.of("family", "listeners", "sock", "tls")) {
            assertFalse(message.contains(", " + code + ","), message);
        }
    }

    private static WrongValue wrong(Map<String, String> configuration) {
        return assertThrows(WrongValue.class, () -> ServerSettings.read(configuration));
    }

    @Test
    void waterMarksThatContradictEachOtherAreNamed() {
        Map<String, String> configuration =
                Map.of("endpoint", "tcp://127.0.0.1:0?write.high=1KiB", "protocol", "echo", "write.low", "2KiB");

        WrongValue wrong = assertThrows(WrongValue.class, () -> ServerSettings.read(configuration));

        assertEquals("write.low", wrong.property);
        assertTrue(String.valueOf(wrong.getMessage()).contains("above write.high=1024"), wrong.getMessage());
    }
}
