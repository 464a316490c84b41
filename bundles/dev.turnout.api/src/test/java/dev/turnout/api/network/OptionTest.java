// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionTest {

    @Test
    void readsTimesInBothNotations() {
        assertEquals(Duration.ofSeconds(30), ServerOptions.DRAIN_DEADLINE.parse("30s"));
        assertEquals(Duration.ofSeconds(30), ServerOptions.DRAIN_DEADLINE.parse("PT30S"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "1ms",
                "500ms",
                "1500ms",
                "1s",
                "90s",
                "1m",
                "90m",
                "1h",
                "24h",
                "PT0.0000005S",
                "PT0.0015S",
                "876000h"
            })
    void writesTimesAsTheyAreRead(String text) {
        assertEquals(text, Option.text(ServerOptions.DRAIN_DEADLINE.parse(text)));
    }

    @Test
    void writesTimesThatNoOptionCanHave() {
        assertEquals("-1s", Option.text(Duration.ofSeconds(-1)));
        assertEquals("9223372036854774999ms", Option.text(Duration.ofMillis(9223372036854774999L)));
        for (String text : List.of("PT2562047788015H12M56.5S", "PT2562047788015215H30M7.5S")) {
            assertEquals(text, Option.text(Duration.parse(text)));
        }
        assertEquals("9223372036854775807s", Option.text(Duration.ofSeconds(Long.MAX_VALUE)));
        Duration least = Duration.ofSeconds(Long.MIN_VALUE, 500_000_000);
        assertEquals(least.toString(), Option.text(least));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "5", "5x", "-5s", "PX", "PT-5S", "9223372036854775807h", "99999999999999999999s"})
    void refusesWhatIsNoTimeWithTheLegalSyntax(String text) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> ServerOptions.DRAIN_DEADLINE.parse(text));

        assertTrue(
                refusal.getMessage().startsWith("drain.deadline=" + text + " is not legal: expected a time"),
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "876001h",
                "PT876000H0.001S",
                "9999999h",
                "2562047788015215h",
                "9223372036854775807ms",
                "9223372036854775807h",
                "PT2562047788015215H"
            })
    void refusesATimeThatIsTooLongWithTheLongest(String text) {
        for (Option<?> option : List.of(
                ServerOptions.DRAIN_DEADLINE, ServerOptions.DEFAULTS.known().get("idle.timeout"))) {
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> option.parse(text));

            assertTrue(refusal.getMessage().startsWith(option + "=" + text), refusal.getMessage());
            assertTrue(refusal.getMessage().endsWith("; the longest is 876000h"), refusal.getMessage());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "drain.deadline,0 for at once",
        "drain.grace,0 for at once",
        "park.timeout,0 for at once",
        "idle.timeout,0 for off",
        "first.byte.timeout,0 for off"
    })
    void saysOfAWrongTimeWhatZeroMeans(String name, String zero) {
        Option<?> option = ServerOptions.DEFAULTS.known().get(name);

        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> option.parse("soon"));

        assertTrue(refusal.getMessage().endsWith(zero), refusal.getMessage());
        assertEquals(Duration.ZERO, option.parse("0"));
        assertEquals(zero.endsWith("once"), option.description().contains("0 means at once"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "0", "0s", "PT0S"})
    void refusesAnEndlessHandshakeWithoutOfferingOne(String text) {
        for (Option<Duration> option : List.of(TlsOptions.HANDSHAKE_TIMEOUT, TlsOptions.SHUTDOWN_TIMEOUT)) {
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> option.parse(text));

            assertEquals(
                    option + "=" + text
                            + " is not legal: expected a time such as 250ms, 30s, 5m, 1h or PT30S, and not 0",
                    refusal.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2147483648", "2GiB", "8589934592GiB", "99999999999999999999"})
    void refusesBuffersThatNoSystemCanHaveWithTheLargestOne(String text) {
        for (Option<Long> option : List.of(StreamOptions.RECEIVE_BUFFER, StreamOptions.SEND_BUFFER)) {
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> option.parse(text));

            assertTrue(
                    refusal.getMessage()
                            .startsWith(
                                    option + "=" + text + " is not legal: expected a size of at most 2147483647 bytes"),
                    refusal.getMessage());
        }
    }

    @Test
    void readsTheLargestBuffer() {
        assertEquals(2147483647L, StreamOptions.SEND_BUFFER.parse("2147483647"));
    }
}
