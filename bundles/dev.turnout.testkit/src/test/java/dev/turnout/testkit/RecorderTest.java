// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Shows that recorders note what breaks the contract, so that the suites mean something, and that the recording transport is a fair partner. */
class RecorderTest {

    private final ManualLoop loop = new ManualLoop();
    private final RecordingProtocol protocol = new RecordingProtocol();

    @Test
    void recordsAnOrderlyConnection() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);

        transport.receive("ab");
        transport.receive("cd");
        transport.receiveEof();
        assertFalse(protocol.isLost());
        loop.runUntilIdle();

        assertEquals(
                List.of("connectionMade", "dataReceived \"abcd\"", "eofReceived", "connectionLost null"),
                protocol.trace());
        assertEquals(5, protocol.calls().size());
        assertEquals(List.of(), protocol.violations());
    }

    @Test
    void notesCallbacksOutOfOrder() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);

        protocol.connectionMade(transport);
        protocol.eofReceived();
        protocol.dataReceived(ByteBuffer.wrap(new byte[1]).asReadOnlyBuffer());
        protocol.eofReceived();
        protocol.resumeWriting();
        protocol.pauseWriting();
        protocol.pauseWriting();
        protocol.connectionLost(null);
        protocol.connectionLost(null);
        protocol.pauseWriting();

        assertEquals(7, protocol.violations().size(), protocol.violations()::toString);
    }

    @Test
    void notesNestedCallbacksButForPauseWriting() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);
        protocol.onData(data -> {
            protocol.pauseWriting();
            if (protocol.count("dataReceived") == 1) {
                transport.receive("nested");
            }
        });

        transport.receive("outer");

        assertTrue(protocol.violations().stream().anyMatch(line -> line.contains("nested in another callback")));
        assertFalse(protocol.violations().stream().anyMatch(line -> line.startsWith("pauseWriting is nested")));
    }

    @Test
    void notesWritableAndEmptyData() {
        new RecordingTransport(loop, protocol);

        protocol.dataReceived(ByteBuffer.allocate(3));
        protocol.dataReceived(ByteBuffer.allocate(0).asReadOnlyBuffer());

        assertEquals(2, protocol.violations().size(), protocol.violations()::toString);
    }

    @Test
    void notesAForeignThread() throws Exception {
        new RecordingTransport(loop, protocol);

        Thread foreign = new Thread(() -> protocol.eofReceived(), "foreign");
        foreign.start();
        foreign.join();

        assertTrue(protocol.violations().get(0).contains("foreign"));
    }

    @Test
    void notesMisuseOfTheBuffersOfABufferedProtocol() {
        RecordingBufferedProtocol buffered = new RecordingBufferedProtocol(ByteBuffer.allocate(4));
        RecordingTransport transport = new RecordingTransport(loop, buffered);
        transport.receive("abcdefgh");
        assertEquals(List.of(), buffered.violations());
        assertEquals("abcdefgh", buffered.text());

        buffered.bufferUpdated(1);
        buffered.getBuffer(-1);
        buffered.bufferUpdated(5);
        buffered.getBuffer(-1).get();
        buffered.bufferUpdated(1);

        assertEquals(3, buffered.violations().size(), buffered.violations()::toString);
    }

    @Test
    void failsWhenTheDeadlineOfAWaitPasses() {
        AssertionError failed = assertThrows(AssertionError.class, () -> protocol.awaitLost(Duration.ofMillis(1)));

        assertTrue(failed.getMessage().contains("connectionLost"));
    }

    @Test
    void aHeldTransportPausesAndResumesTheProtocol() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);
        transport.setWriteBufferLimits(10, 4);
        transport.hold();

        transport.write(new byte[10]);
        assertEquals(List.of("connectionMade"), protocol.trace());
        transport.write(new byte[] {1});
        transport.release(6);
        assertEquals(5, transport.getWriteBufferSize());
        transport.release(1);
        transport.close();
        loop.runUntilIdle();
        assertFalse(protocol.isLost(), "four bytes wait");
        transport.release(4);
        loop.runUntilIdle();

        assertEquals(
                List.of("connectionMade", "pauseWriting", "resumeWriting", "connectionLost null"), protocol.trace());
        assertEquals(11, transport.written().length);
    }

    @Test
    void aLostTransportTellsWhy() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);

        transport.write("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        transport.lose(new IOException("planned"));
        loop.runUntilIdle();
        transport.write(new byte[3]);

        assertEquals(List.of("connectionMade", "connectionLost IOException"), protocol.trace());
        assertArrayEquals(new byte[] {'a', 'b', 'c'}, transport.written());
        assertEquals(List.of(), protocol.violations());
    }

    @Test
    void sendsNoLineOfThoseWhoseIterationFails() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);
        Iterable<ByteBuffer> lines = () -> Stream.of("a", "")
                .map(line -> {
                    if (line.isEmpty()) {
                        throw new IllegalStateException("no line");
                    }
                    return ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
                })
                .iterator();

        assertThrows(IllegalStateException.class, () -> transport.writelines(lines));

        assertEquals("", transport.writtenText());
    }

    @Test
    void takesEachLineBeforeItAsksForTheNext() {
        RecordingTransport transport = new RecordingTransport(loop, protocol);
        ByteBuffer only = ByteBuffer.wrap(new byte[] {'a', 'b'});
        Iterable<ByteBuffer> lines = () ->
                Stream.generate(() -> only).takeWhile(ByteBuffer::hasRemaining).iterator();

        transport.writelines(lines);

        assertEquals("ab", transport.writtenText());
    }
}
