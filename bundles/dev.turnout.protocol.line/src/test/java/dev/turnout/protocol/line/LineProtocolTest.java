// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.testkit.ManualLoop;
import dev.turnout.testkit.RecordingTransport;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineProtocolTest {

    private final ManualLoop loop = new ManualLoop();

    private RecordingTransport connect(int maxLine) {
        return new RecordingTransport(loop, new LineProtocol(maxLine));
    }

    @Test
    void answersEachLineInUpperCase() {
        RecordingTransport transport = connect(100);

        transport.receive("hello\r\nwor");
        transport.receive("ld\nrest");

        assertEquals("HELLO\r\nWORLD\n", transport.writtenText());
    }

    @Test
    void leavesAllButAsciiLettersAsTheyAre() {
        RecordingTransport transport = connect(100);

        transport.receive("äöü ß a{z`\n");

        assertEquals("äöü ß A{Z`\n", transport.writtenText());
    }

    @Test
    void answersALineThatIsTooLongAndGoesOn() {
        RecordingTransport transport = connect(4);

        transport.receive("abcdefg");
        transport.receive("hij\nok\n");

        assertEquals("error: line too long\nOK\n", transport.writtenText());
        assertFalse(transport.isClosing());
    }

    @Test
    void takesNothingInWhileThePeerDoesNotRead() {
        RecordingTransport transport = connect(8192);
        transport.hold();

        transport.receive("x".repeat(8000).concat("\n").repeat(9));

        assertFalse(transport.isReading());
        transport.release(100_000);
        assertTrue(transport.isReading());
    }

    @Test
    void resumesReadingThatAnotherProtocolHadPaused() {
        LineProtocol old = new LineProtocol(8);
        RecordingTransport transport = new RecordingTransport(loop, old);
        transport.pauseReading();
        HandoverContext paused = new HandoverContext(1, UnreadBytes.CARRIED, false, true, false);

        HandoverState state = old.handOver(paused);
        new LineProtocol(8).takeOver(transport, state, paused);

        assertTrue(transport.isReading());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1048577", "many", ""})
    void refusesIllegalLengths(String text) {
        LineFactory factory = new LineFactory();

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> factory.validate(Map.of("max.line", text)));

        assertTrue(refused.getMessage().contains("protocol.max.line=" + text), refused.getMessage());
    }

    @Test
    void refusesUnknownOptionsAndNamesTheKnownOne() {
        LineFactory factory = new LineFactory();

        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> factory.validate(Map.of("maxline", "3")));

        assertTrue(refused.getMessage().contains("protocol.max.line"), refused.getMessage());
    }

    @Test
    void takesTheLengthFromTheServersOptions() {
        ProtocolContext context = new ProtocolContext() {
            @Override
            public EventLoop loop() {
                return loop;
            }

            @Override
            public String server() {
                return "test";
            }

            @Override
            public Map<String, String> options() {
                return Map.of("max.line", "2");
            }
        };
        RecordingTransport transport = new RecordingTransport(loop, new LineFactory().newProtocol(context));

        transport.receive("abc\n");

        assertEquals("error: line too long\n", transport.writtenText());
    }
}
