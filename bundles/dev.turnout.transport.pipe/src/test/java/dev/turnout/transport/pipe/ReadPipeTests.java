// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Says what reading ends of pipes do, for each way in which they are served. */
abstract class ReadPipeTests {

    private final PipeHarness harness = new PipeHarness();
    private ReadableByteChannel reading;
    private WritableByteChannel writing;

    /** Opens a pipe; reading end first. */
    protected abstract List<java.nio.channels.Channel> open() throws Exception;

    @BeforeEach
    void openPipe() throws Exception {
        List<java.nio.channels.Channel> ends = open();
        reading = (ReadableByteChannel) ends.get(0);
        writing = (WritableByteChannel) ends.get(1);
    }

    @AfterEach
    void closePipe() throws IOException {
        harness.close();
        writing.close();
        reading.close();
    }

    private void send(String text) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
        while (data.hasRemaining()) {
            writing.write(data);
        }
    }

    private static List<String> trace(RecordingProtocol protocol) {
        assertEquals(List.of(), protocol.violations());
        return protocol.trace();
    }

    @Test
    @Spec({"PIPE-1", "PIPE-7", "EOF-8", "STREAM-14"})
    void deliversAllBytesThenTheEndAndCloses() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol().keepingOpen();
        harness.read(protocol, reading);

        send("hello");
        protocol.awaitReceived(5);
        send(", pipe");
        writing.close();
        protocol.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"hello, pipe\"", "eofReceived", "connectionLost null"),
                trace(protocol));
        assertEquals(List.of(), harness.thread.reports());
    }

    @Test
    @Spec({"PIPE-6", "BASE-18"})
    void closesTheEndAfterConnectionLost() throws Exception {
        boolean[] openMeanwhile = {false};
        RecordingProtocol protocol = new RecordingProtocol().onLost(lost -> openMeanwhile[0] = reading.isOpen());
        harness.read(protocol, reading);

        writing.close();
        protocol.awaitLost();
        harness.thread.until("the end to be closed", () -> !reading.isOpen());

        assertTrue(openMeanwhile[0], "it was open inside connectionLost");
        assertSame(harness.log.awaitOpened(), harness.log.awaitClosed());
    }

    @Test
    @Spec({"PIPE-10", "READ-3", "READ-9", "PIPE-11"})
    void pausesAndResumesAndDropsWhatIsUnreadAtItsClose() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        ReadTransport transport = harness.read(protocol, reading);
        send("a");
        protocol.awaitReceived(1);

        harness.thread.run(loop -> transport.pauseReading());
        send("b");
        harness.thread.settle();
        assertEquals("a", protocol.text());
        assertFalse(harness.thread.call(transport::isReading));
        harness.thread.run(loop -> transport.resumeReading());
        protocol.awaitReceived(2);
        harness.thread.run(loop -> transport.pauseReading());
        send("c");
        harness.thread.run(loop -> transport.close());
        protocol.awaitLost();
        harness.thread.run(loop -> {
            transport.pauseReading();
            transport.resumeReading();
            assertFalse(transport.isReading());
        });

        assertEquals(List.of("connectionMade", "dataReceived \"ab\"", "connectionLost null"), trace(protocol));
    }

    @Test
    @Spec({"READ-12", "READ-11"})
    void readsAtMostOneChunkAheadWhilePaused() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        ReadTransport transport = harness.read(protocol, reading);
        send("a");
        protocol.awaitReceived(1);
        harness.thread.run(loop -> transport.pauseReading());
        long[] sent = {0};

        Thread sender = new Thread(() -> {
            try {
                while (writing.isOpen()) {
                    sent[0] += writing.write(ByteBuffer.allocate(1024));
                }
            } catch (IOException e) {
                assertTrue(true, "the pipe was closed under the sender");
            }
        });
        sender.start();
        harness.thread.until(
                "the sender to be stopped", () -> sender.getState() == Thread.State.RUNNABLE && sent[0] > 0);
        long before = -1;
        while (before != sent[0]) {
            before = sent[0];
            harness.thread.settle();
        }
        long held = sent[0];
        writing.close();
        sender.join(LoopThread.DEADLINE.toMillis());

        assertTrue(held <= 64 * 1024 + 64 * 1024 + 1024, "one pipe and one chunk, not " + held);
    }

    @Test
    @Spec({"PIPE-24", "PIPE-25", "SWITCH-5"})
    void givesTheNextChunkToTheNextProtocolBufferedOrNot() throws Exception {
        RecordingProtocol first = new RecordingProtocol();
        ReadTransport transport = harness.read(first, reading);
        send("one");
        first.awaitReceived(3);
        RecordingBufferedProtocol second = new RecordingBufferedProtocol();
        harness.thread.run(loop -> {
            transport.setProtocol(second);
            assertSame(second, transport.getProtocol());
            second.connectionMade(transport);
        });

        send("two");
        second.awaitReceived(3);
        writing.close();
        second.awaitLost();

        assertEquals("two", second.text());
        assertEquals("one", first.text());
    }

    @Test
    @Spec({"CB-6", "CB-4"})
    void aFailingDataReceivedEndsThePipe() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol().onData(data -> {
            throw new IllegalStateException("on purpose");
        });
        harness.read(protocol, reading);

        send("x");
        protocol.awaitLost();

        assertInstanceOf(IllegalStateException.class, protocol.cause());
        assertEquals(1, harness.thread.reports().size());
    }

    @Test
    @Spec("CB-8")
    void aFailingEofReceivedIsReportedAndTheEndIsNormal() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol().onEof(transport -> {
            throw new IllegalStateException("on purpose");
        });
        harness.read(protocol, reading);

        writing.close();
        protocol.awaitLost();

        assertEquals(null, protocol.cause());
        assertEquals(1, harness.thread.reports().size());
    }

    @Test
    @Spec({"EXTRA-15", "EXTRA-17"})
    void knowsThePipeAlsoAfterTheEnd() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        ReadTransport transport = harness.read(protocol, reading);

        assertEquals(Optional.of(reading), harness.thread.call(() -> transport.getExtraInfo(ExtraInfo.PIPE)));
        writing.close();
        protocol.awaitLost();

        assertEquals(Optional.of(reading), harness.thread.call(() -> transport.getExtraInfo(ExtraInfo.PIPE)));
        assertTrue(transport.toString().contains("reading"), transport::toString);
    }

    @Test
    @Spec("BASE-23")
    void refusesToWrite() {
        Transport transport = (Transport) harness.read(new RecordingProtocol(), reading);

        harness.thread.run(loop -> {
            ByteBuffer data = ByteBuffer.allocate(1);
            assertThrows(UnsupportedOperationException.class, () -> transport.write(data));
            assertThrows(UnsupportedOperationException.class, () -> transport.writeOwned(ByteBuffer.allocate(1)));
            assertThrows(UnsupportedOperationException.class, () -> transport.writelines(List.of(data)));
            assertThrows(UnsupportedOperationException.class, transport::writeEof);
            assertFalse(transport.canWriteEof());
        });
    }
}
