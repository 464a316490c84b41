// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.ManualLoop;
import dev.turnout.testkit.RecordingTransport;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EchoProtocolTest {

    private final ManualLoop loop = new ManualLoop();
    private final RecordingTransport transport = new RecordingTransport(loop, new EchoProtocol());

    @Test
    void sendsBackWhatItReceives() {
        transport.receive("hello ");
        transport.receive("world");

        assertEquals("hello world", transport.writtenText());
    }

    @Test
    void takesNothingInWhileThePeerDoesNotRead() {
        transport.hold();

        int chunks = 0;
        while (transport.isReading() && chunks < 1000) {
            transport.receive(new byte[16 * 1024]);
            chunks++;
        }

        assertFalse(transport.isReading());
        assertTrue(transport.getWriteBufferSize() <= 64 * 1024 + 16 * 1024, "buffered without bound");
    }

    @Test
    void goesOnWhenThePeerReadsAgain() {
        transport.hold();
        transport.receive(new byte[100_000]);

        transport.release(100_000);

        assertTrue(transport.isReading());
        transport.receive("more");
        assertTrue(transport.writtenText().endsWith("more"));
    }

    @Test
    void closesWhenThePeerHasEnded() {
        transport.receiveEof();

        assertTrue(transport.isClosing());
    }

    @Test
    void refusesOptions() {
        EchoFactory factory = new EchoFactory();

        assertThrows(IllegalArgumentException.class, () -> factory.validate(Map.of("size", "1")));
    }
}
