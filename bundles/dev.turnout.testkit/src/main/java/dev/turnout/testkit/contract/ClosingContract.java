// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Says how connections end when the transport ends them: close, abort, and both. */
public abstract class ClosingContract extends StreamContract {

    /** Makes the suite. */
    protected ClosingContract() {}

    @Test
    @Spec({"BASE-4", "BASE-11"})
    void closeSendsEverythingBufferedFirst() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        byte[] data = bytes(MUCH);

        run(in -> {
            link.transport().write(data);
            assertTrue(link.transport().getWriteBufferSize() > 1 << 20);
            link.transport().close();
        });
        loop().settle();
        assertFalse(protocol.isLost());
        byte[] got = link.peer().receiveAll();

        assertArrayEquals(data, got);
        assertNull(protocol.awaitLost().cause());
        assertEquals(
                "connectionLost null", protocol.trace().get(protocol.trace().size() - 1));
    }

    @Test
    @Spec({"BASE-5", "STREAM-5", "JAVA-4"})
    void closeWithNothingBufferedEndsInTheNextTurn() throws Exception {
        needs(StreamFixture.Capability.CLOSES_ALONE);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().close();
            assertFalse(protocol.isLost());
            in.callSoon(() -> in.callSoon(() -> assertTrue(protocol.isLost(), "two turns later")));
        });
        protocol.awaitLost();

        assertTrace(protocol, "connectionMade", "connectionLost null");
        assertEquals(0, link.peer().receiveAll().length);
    }

    @Test
    @Spec("BASE-6")
    void closeIsSafeInEveryCallback() throws Exception {
        RecordingProtocol inMade = recorder().onMade(Transport::close);
        open(inMade);
        inMade.awaitLost();
        RecordingProtocol inData = recorder();
        inData.onData(data -> inData.transport().close());
        open(inData).peer().send("x");
        inData.awaitLost();
        RecordingProtocol inEof = recorder().onEof(Transport::close).keepingOpen();
        open(inEof).peer().shutdownOutput();
        inEof.awaitLost();
        RecordingProtocol inLost =
                recorder().onLost(recorder -> recorder.transport().close());
        Link last = open(inLost);
        run(in -> last.transport().close());
        inLost.awaitLost();
        loop().settle();

        assertTrace(inMade, "connectionMade", "connectionLost null");
        assertTrace(inData, "connectionMade", "dataReceived \"x\"", "connectionLost null");
        assertTrace(inEof, "connectionMade", "eofReceived", "connectionLost null");
        assertTrace(inLost, "connectionMade", "connectionLost null");
    }

    @Test
    @Spec({"BASE-7", "STREAM-2"})
    void losesTheConnectionOnceHoweverOftenItIsEnded() {
        assertLostOnce(transport -> {
            transport.close();
            transport.close();
        });
        assertLostOnce(transport -> {
            transport.abort();
            transport.abort();
        });
        assertLostOnce(transport -> {
            transport.close();
            transport.abort();
        });
        assertLostOnce(transport -> {
            transport.abort();
            transport.close();
        });
    }

    private void assertLostOnce(Consumer<Transport> end) {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        run(in -> end.accept(link.transport()));
        protocol.awaitLost();
        run(in -> end.accept(link.transport()));
        loop().settle();
        assertTrace(protocol, "connectionMade", "connectionLost null");
    }

    @Test
    @Spec({"BASE-8", "WRITE-34"})
    void abortAfterCloseDropsWhatIsStillBuffered() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> link.transport().write(bytes(MUCH)));
        run(in -> link.transport().close());
        loop().settle();
        assertFalse(protocol.isLost());
        run(in -> link.transport().abort());

        assertNull(protocol.awaitLost().cause());
        assertTrue(link.peer().receiveAll().length < MUCH);
    }

    @Test
    @Spec({"WRITE-34", "WRITE-35", "WRITE-23", "BASE-14"})
    void abortEmptiesTheBufferAtOnceAndEndsInALaterTurn() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> {
            link.transport().write(bytes(MUCH));
            link.peer().send("late");
            link.transport().abort();
            assertEquals(0, link.transport().getWriteBufferSize());
            assertTrue(link.transport().isClosing());
            assertFalse(protocol.isLost());
        });
        protocol.awaitLost();

        assertTrace(protocol, "connectionMade", "pauseWriting", "connectionLost null");
    }

    @Test
    @Spec({"BASE-9", "FLOW-23"})
    void losesTheConnectionOnceWhenPauseWritingEndsIt() throws Exception {
        RecordingProtocol aborting = recorder().onPause(Transport::abort);
        Link aborted = openSmall(aborting);
        run(in -> aborted.transport().write(bytes(MUCH)));
        aborting.awaitLost();
        RecordingProtocol closing = recorder().onPause(Transport::close);
        Link closed = openSmall(closing);
        run(in -> closed.transport().write(bytes(MUCH)));
        byte[] got = closed.peer().receiveAll();
        closing.awaitLost();
        loop().settle();

        assertTrace(aborting, "connectionMade", "pauseWriting", "connectionLost null");
        assertEquals(MUCH, got.length);
        assertEquals(0, closing.count("resumeWriting"));
        assertEquals(1, closing.count("connectionLost null"));
    }

    @Test
    @Spec("BASE-9")
    void losesTheConnectionOnceWhenResumeWritingEndsIt() throws Exception {
        RecordingProtocol aborting = recorder().onResume(Transport::abort);
        Link aborted = openSmall(aborting);
        run(in -> aborted.transport().write(bytes(MUCH)));
        drain(aborted.peer());
        aborting.awaitLost();
        RecordingProtocol closing = recorder().onResume(Transport::close);
        Link closed = openSmall(closing);
        run(in -> closed.transport().write(bytes(MUCH)));
        byte[] got = closed.peer().receiveAll();
        closing.awaitLost();
        loop().settle();

        assertTrace(aborting, "connectionMade", "pauseWriting", "resumeWriting", "connectionLost null");
        assertArrayEquals(bytes(MUCH), got);
        assertTrace(closing, "connectionMade", "pauseWriting", "resumeWriting", "connectionLost null");
    }

    @Test
    @Spec({"BASE-10", "ERR-11", "STREAM-5"})
    void aResetWhileFlushingDropsTheRestAndTellsTheError() throws Exception {
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> {
            link.transport().write(bytes(MUCH));
            link.transport().close();
        });
        link.peer().reset();
        protocol.awaitLost();

        assertInstanceOf(IOException.class, protocol.cause());
        assertEquals(1, protocol.count("connectionLost"));
    }

    @Test
    @Spec({"BASE-12", "BASE-13"})
    void deliversNothingAfterCloseNotEvenWhatTheSystemHasAlready() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        RecordingProtocol flushing = recorder();
        Link slow = openSmall(flushing);

        run(in -> {
            link.peer().send("in the kernel");
            link.transport().close();
            slow.transport().write(bytes(MUCH));
            slow.transport().close();
            slow.peer().send("later");
        });
        loop().settle();
        drain(slow.peer());
        protocol.awaitLost();
        flushing.awaitLost();

        assertEquals("", protocol.text());
        assertEquals("", flushing.text());
    }

    @Test
    @Spec({"BASE-14", "READ-2"})
    void isClosingFromTheCallOnForEver() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            assertFalse(link.transport().isClosing());
            assertTrue(link.transport().isReading());
            link.transport().close();
            assertTrue(link.transport().isClosing());
            assertFalse(link.transport().isReading());
        });
        protocol.awaitLost();

        run(in -> assertTrue(link.transport().isClosing()));
        run(in -> assertFalse(link.transport().isReading()));
    }

    @Test
    @Spec("BASE-15")
    void isClosingBeforeConnectionLostWhenItClosesItself() throws Exception {
        AtomicBoolean between = new AtomicBoolean();
        AtomicBoolean inLost = new AtomicBoolean();
        RecordingProtocol protocol = recorder();
        protocol.onEof(
                transport -> transport.loop().callSoon(() -> between.set(transport.isClosing() && !protocol.isLost())));
        protocol.onLost(recorder -> inLost.set(recorder.transport().isClosing()));
        Link link = open(protocol);

        link.peer().shutdownOutput();
        protocol.awaitLost();

        assertTrue(between.get());
        assertTrue(inLost.get());
    }

    @Test
    @Spec({"BASE-16", "BASE-17", "WRITE-16", "READ-6", "READ-7"})
    void everyMethodOfAClosedTransportIsSafe() {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        Transport transport = link.transport();
        run(in -> transport.close());
        protocol.awaitLost();

        run(in -> {
            transport.write(bytes(10));
            transport.writeOwned(java.nio.ByteBuffer.wrap(bytes(10)));
            transport.writelines(java.util.List.of(java.nio.ByteBuffer.wrap(bytes(10))));
            transport.pauseReading();
            transport.resumeReading();
            transport.setWriteBufferLimits(10, 5);
            transport.setWriteBufferLimits();
            transport.close();
            transport.abort();
            if (transport.canWriteEof()) {
                transport.writeEof();
            }

            assertEquals(0, transport.getWriteBufferSize());
            assertFalse(transport.isReading());
            assertTrue(transport.isClosing());
            assertNull(transport.getProtocol());
            assertTrue(transport.getExtraInfo("no such thing").isEmpty());
            assertEquals(in, transport.loop());
            assertFalse(transport.toString().isEmpty());
            assertTrue(transport.getWriteBufferLimits().high() > 0);
        });
        loop().settle();

        assertTrace(protocol, "connectionMade", "connectionLost null");
    }

    @Test
    @Spec({"BASE-18", "CB-3"})
    void releasesTheSocketAfterConnectionLostReturnedEvenIfThatThrows() throws Exception {
        AtomicInteger during = new AtomicInteger(-2);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        protocol.onLost(recorder -> {
            during.set(link.peer().poll());
            throw new IllegalStateException("planned");
        });

        run(in -> link.transport().abort());
        protocol.awaitLost();
        loop().settle();

        assertEquals(0, during.get(), "the peer saw the end before connectionLost returned");
        assertEquals(0, link.peer().receiveAll().length);
        assertInstanceOf(IllegalStateException.class, takeReport().exception());
        run(in -> link.transport().abort());
        loop().settle();
        assertEquals(1, protocol.count("connectionLost"));
    }
}
