// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.BrokenPipeException;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.WriteTransport;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Says what writing ends of pipes do, for each way in which they are served. */
abstract class WritePipeTests {

    private static final byte[] MUCH = new byte[1 << 20];

    static {
        for (int i = 0; i < MUCH.length; i++) {
            MUCH[i] = (byte) (i * 31 + (i >> 8));
        }
    }

    private final PipeHarness harness = new PipeHarness();
    private ReadableByteChannel reading;
    private WritableByteChannel writing;

    /** Opens a pipe; reading end first. */
    protected abstract List<java.nio.channels.Channel> open() throws Exception;

    /** Tells whether this JDK can find out that the reader of such a pipe has gone. */
    protected abstract boolean noticesReader();

    @BeforeEach
    void openPipe() throws Exception {
        List<java.nio.channels.Channel> ends = open();
        reading = (ReadableByteChannel) ends.get(0);
        writing = (WritableByteChannel) ends.get(1);
    }

    @AfterEach
    void closePipe() throws IOException {
        assertEquals(List.of(), harness.thread.reports());
        harness.close();
        reading.close();
        writing.close();
    }

    private byte[] receiveAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer data = ByteBuffer.allocate(8192);
        while (reading.read(data.clear()) >= 0) {
            all.writeBytes(Arrays.copyOf(data.array(), data.position()));
        }
        return all.toByteArray();
    }

    @Test
    @Spec({"PIPE-15", "PIPE-18", "PIPE-19", "PIPE-20", "PIPE-16", "STREAM-14"})
    void sendsEverythingThenTheEndAtWriteEofAndDropsWhatComesAfter() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        WriteTransport transport = harness.write(protocol, writing);

        try (LogCapture log = new LogCapture()) {
            harness.thread.run(loop -> {
                byte[] mine = MUCH.clone();
                transport.write(mine);
                Arrays.fill(mine, (byte) 0); // what is not sent yet was copied
                assertTrue(transport.canWriteEof());
                transport.writeEof();
                transport.writeEof();
                transport.close();
                assertTrue(transport.isClosing());
                for (int i = 0; i < 7; i++) {
                    transport.write(new byte[] {1});
                }
                assertEquals(
                        2,
                        log.warnings("after the end of"),
                        () -> log.messages().toString());
            });
        }
        byte[] received = receiveAll();
        protocol.awaitLost();

        assertArrayEquals(MUCH, received);
        assertNull(protocol.cause());
        assertEquals(List.of(), protocol.violations());
    }

    @Test
    @Spec("STREAM-15")
    void servesAProtocolThatHasTheBaseCallbacksOnly() throws Exception {
        List<String> calls = new ArrayList<>();
        BaseProtocol protocol = new BaseProtocol() {
            @Override
            public void connectionMade(BaseTransport transport) {
                calls.add("made");
                ((WriteTransport) transport).write(new byte[] {7});
            }

            @Override
            public void connectionLost(@Nullable Throwable cause) {
                calls.add("lost " + cause);
            }
        };
        WriteTransport transport = harness.write(protocol, writing);

        harness.thread.run(loop -> transport.close());
        byte[] received = receiveAll();
        harness.thread.until("connectionLost", () -> calls.size() == 2);

        assertArrayEquals(new byte[] {7}, received);
        assertEquals(List.of("made", "lost null"), calls);
    }

    @Test
    @Spec({"PIPE-22", "FLOW-11", "FLOW-12", "FLOW-27"})
    void pausesAndResumesWritingAsOnSockets() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        WriteTransport transport = harness.write(protocol, writing);

        harness.thread.run(loop -> {
            transport.write(MUCH);
            assertEquals(1, protocol.count("pauseWriting"));
            transport.close();
        });
        byte[] received = receiveAll();
        protocol.awaitLost();

        assertArrayEquals(MUCH, received);
        assertEquals(
                List.of("connectionMade", "pauseWriting", "resumeWriting", "connectionLost null"), protocol.trace());
    }

    @Test
    @Spec({"PIPE-12", "PIPE-13"})
    void noticesAReaderThatLeavesWithoutWriting() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(noticesReader(), "this JDK cannot tell that the reader has gone");
        RecordingProtocol protocol = new RecordingProtocol();
        WriteTransport transport = harness.write(protocol, writing);
        harness.thread.run(loop -> transport.write(new byte[] {1}));
        assertEquals(1, reading.read(ByteBuffer.allocate(10)));
        harness.thread.settle();
        assertEquals(false, protocol.isLost());

        reading.close();
        protocol.awaitLost();

        assertNull(protocol.cause());
        assertTrue(harness.thread.call(transport::isClosing));
    }

    @Test
    @Spec({"PIPE-13", "PIPE-17", "PIPE-23", "WRITE-21"})
    void aReaderThatLeavesWhileBytesWaitBreaksThePipe() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        WriteTransport transport = harness.write(protocol, writing);
        harness.thread.run(loop -> transport.write(MUCH));
        protocol.awaitCall("pauseWriting");

        reading.close();
        protocol.awaitLost();

        assertInstanceOf(BrokenPipeException.class, protocol.cause());
        assertEquals(List.of(), protocol.violations());
    }

    @Test
    @Spec({"PIPE-21", "WRITE-34", "WRITE-35"})
    void abortDropsWhatWaits() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        WriteTransport transport = harness.write(protocol, writing);

        harness.thread.run(loop -> {
            transport.write(MUCH);
            transport.abort();
            assertEquals(0, transport.getWriteBufferSize());
        });
        protocol.awaitLost();
        byte[] received = receiveAll();

        assertNull(protocol.cause());
        assertTrue(received.length < MUCH.length, "received " + received.length);
    }

    @Test
    @Spec({"PIPE-24", "EXTRA-15", "EXTRA-17"})
    void exchangesItsProtocolAndKnowsThePipe() {
        RecordingProtocol first = new RecordingProtocol();
        WriteTransport transport = harness.write(first, writing);
        RecordingProtocol second = new RecordingProtocol();

        harness.thread.run(loop -> {
            transport.setProtocol(second);
            assertSame(second, transport.getProtocol());
            second.connectionMade(transport);
            assertEquals(Optional.of(writing), transport.getExtraInfo(ExtraInfo.PIPE));
            transport.close();
        });
        second.awaitLost();

        assertEquals(Optional.of(writing), harness.thread.call(() -> transport.getExtraInfo(ExtraInfo.PIPE)));
        assertEquals(List.of("connectionMade"), first.trace());
    }

    @Test
    @Spec({"READ-20", "BASE-23"})
    void refusesToRead() {
        ReadTransport transport = (ReadTransport) harness.write(new RecordingProtocol(), writing);

        harness.thread.run(loop -> {
            assertThrows(UnsupportedOperationException.class, transport::pauseReading);
            assertThrows(UnsupportedOperationException.class, transport::resumeReading);
            assertThrows(UnsupportedOperationException.class, transport::isReading);
        });
    }
}
