// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionResetException;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Says how bytes come in, and how reading is paused. */
public abstract class ReadingContract extends StreamContract {

    private static final int MOST_AT_ONCE = 256 * 1024;

    /** Makes the suite. */
    protected ReadingContract() {}

    @Test
    @Spec({"READ-1", "READ-2", "READ-3", "READ-9"})
    void deliversNothingWhilePausedAndAllOfItAfterwards() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        link.peer().send("before ");
        protocol.awaitReceived(7);

        run(in -> {
            assertTrue(link.transport().isReading());
            link.transport().pauseReading();
            assertFalse(link.transport().isReading());
        });
        link.peer().send("during ");
        loop().settle();
        assertEquals("before ", protocol.text());
        run(in -> {
            link.transport().resumeReading();
            assertTrue(link.transport().isReading());
        });
        link.peer().send("after");

        protocol.awaitReceived(19);
        assertEquals("before during after", protocol.text());
    }

    @Test
    @Spec("READ-4")
    void pausingInsideDataReceivedTakesEffectAtOnce() throws Exception {
        RecordingProtocol protocol = recorder();
        protocol.onData(data -> protocol.transport().pauseReading());
        Link link = open(protocol);
        RecordingBufferedProtocol buffered = watch(new RecordingBufferedProtocol(ByteBuffer.allocate(4)));
        buffered.onUpdated(count -> buffered.transport().pauseReading());
        Link second = open(buffered);

        link.peer().send("one");
        protocol.awaitReceived(3);
        link.peer().send("two");
        second.peer().send("more than four bytes");
        buffered.awaitReceived(4);
        loop().settle();

        assertEquals("one", protocol.text());
        assertEquals("more", buffered.text());
    }

    @Test
    @Spec({"READ-5", "BASE-24"})
    void pausingInsideConnectionMadeHoldsEverythingBack() throws Exception {
        RecordingProtocol protocol = recorder().onMade(ReadTransport::pauseReading);
        Link link = open(protocol, peer -> peer.send("early"));

        link.peer().send(" and late");
        loop().settle();
        assertTrace(protocol, "connectionMade");
        run(in -> link.transport().resumeReading());

        protocol.awaitReceived(14);
        assertTrace(protocol, "connectionMade", "dataReceived \"early and late\"");
    }

    @Test
    @Spec({"READ-6", "READ-8"})
    void oneResumeUndoesAnyNumberOfPauses() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> {
            link.transport().resumeReading();
            link.transport().pauseReading();
            link.transport().pauseReading();
            link.transport().pauseReading();
            link.transport().resumeReading();
            link.transport().resumeReading();
            assertTrue(link.transport().isReading());
        });
        link.peer().send("x");

        protocol.awaitReceived(1);
    }

    @Test
    @Spec({"READ-7", "READ-6"})
    void resumingAClosingTransportDoesNothing() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);

        run(in -> {
            link.transport().pauseReading();
            link.peer().send("unread");
            link.transport().write(bytes(MUCH));
            link.transport().close();
            link.transport().resumeReading();
            assertFalse(link.transport().isReading());
            link.transport().pauseReading();
            link.transport().resumeReading();
        });
        loop().settle();
        drain(link.peer());
        protocol.awaitLost();

        assertEquals("", protocol.text());
    }

    @Test
    @Spec({"READ-9", "READ-11", "STREAM-7", "STREAM-8"})
    void aPausedReceiverSlowsTheSenderAndLosesNothing() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = openSmall(protocol);
        long far = 64L << 20;

        run(in -> link.transport().pauseReading());
        long taken = link.peer().sendUntilFull(far);
        assertTrue(taken < far, "the system took " + taken + " bytes though nobody reads");
        assertEquals(0, protocol.received().length);
        run(in -> link.transport().resumeReading());

        protocol.awaitReceived((int) taken);
        link.peer().send("end");
        protocol.awaitReceived((int) taken + 3);
        assertTrue(protocol.count("dataReceived") > 1);
        assertTrue(protocol.text().endsWith("\0end"));
    }

    @Test
    @Spec("READ-10")
    void noticesNeitherTheEndNorAResetWhilePaused() throws Exception {
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol ending = recorder();
        Link ended = open(ending);
        RecordingProtocol resetting = recorder();
        Link broken = open(resetting);

        run(in -> {
            ended.transport().pauseReading();
            broken.transport().pauseReading();
            broken.transport().write("unread".getBytes(StandardCharsets.US_ASCII));
        });
        ended.peer().send("last");
        ended.peer().shutdownOutput();
        broken.peer().reset();
        loop().settle();
        assertTrace(ending, "connectionMade");
        assertTrace(resetting, "connectionMade");
        run(in -> {
            ended.transport().resumeReading();
            broken.transport().resumeReading();
        });
        ending.awaitLost();
        resetting.awaitLost();

        assertTrace(ending, "connectionMade", "dataReceived \"last\"", "eofReceived", "connectionLost null");
        assertTrace(resetting, "connectionMade", "connectionLost ConnectionResetException");
    }

    @Test
    @Spec({"READ-13", "STREAM-10"})
    void readsOncePerReadinessAndAtMostAQuarterOfAMebibyte() throws Exception {
        int[] turn = {0};
        AtomicBoolean done = new AtomicBoolean();
        List<Integer> turns = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        RecordingProtocol protocol = recorder();
        protocol.onData(data -> {
            turns.add(turn[0]);
            sizes.add(data.remaining());
        });
        Link link = open(protocol);
        run(in -> count(turn, done));

        int far = 16 << 20;
        link.peer().send(new byte[far]);
        protocol.awaitReceived(far);
        done.set(true);

        run(in -> {
            assertTrue(turns.size() >= far / MOST_AT_ONCE);
            assertEquals(turns.size(), new HashSet<>(turns).size(), "two reads of one connection in one turn");
            assertTrue(sizes.stream().allMatch(size -> size <= MOST_AT_ONCE), sizes::toString);
        });
    }

    private void count(int[] turn, AtomicBoolean done) {
        turn[0]++;
        if (!done.get()) {
            loop().loop().callSoon(() -> count(turn, done));
        }
    }

    @Test
    @Spec("READ-14")
    void aReadThatWouldBlockIsRetriedLater() throws Exception {
        needs(StreamFixture.Capability.ADOPT);
        AtomicInteger stolen = new AtomicInteger();
        RecordingProtocol one = recorder();
        RecordingProtocol two = recorder();
        StreamFixture.Adopted first = fixture().adopt(loop(), one);
        StreamFixture.Adopted second = fixture().adopt(loop(), two);
        one.onData(data -> stolen.addAndGet(steal(second)));
        two.onData(data -> stolen.addAndGet(steal(first)));

        run(
                in -> { // both are ready in the next turn, and the first one served takes the other's bytes away
                    first.peer().send("1");
                    second.peer().send("2");
                });
        loop().settle();
        assertEquals(1, stolen.get());
        assertEquals(1, one.received().length + two.received().length);
        one.onData(data -> {});
        two.onData(data -> {});
        first.peer().send("3");
        second.peer().send("4");

        loop().until("both", () -> one.text().endsWith("3") && two.text().endsWith("4"));
        assertEquals(3, one.received().length + two.received().length);
    }

    private static int steal(StreamFixture.Adopted from) throws IOException {
        return Math.max(0, from.channel().read(ByteBuffer.allocate(1)));
    }

    @Test
    @Spec({"READ-15", "ERR-11", "STREAM-5", "JAVA-12"})
    void aResetByThePeerIsToldToTheProtocolAlone() throws Exception {
        needs(StreamFixture.Capability.RESET);
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);

        run(in -> link.transport().write("unread".getBytes(StandardCharsets.US_ASCII)));
        link.peer().reset();
        protocol.awaitLost();

        assertTrace(protocol, "connectionMade", "connectionLost ConnectionResetException");
        assertInstanceOf(ConnectionResetException.class, protocol.cause());
        assertInstanceOf(IOException.class, protocol.cause().getCause(), "the system's own exception");
        assertEquals(List.of(), loop().reports());
    }

    @Test
    @Spec({"READ-17", "CB-14"})
    void dropsReadinessThatWasFoundBeforeTheConnectionEnded() throws Exception {
        RecordingProtocol one = recorder();
        RecordingProtocol two = recorder();
        one.onData(data -> two.transport().abort());
        two.onData(data -> one.transport().abort());
        Link first = open(one);
        Link second = open(two);

        run(
                in -> { // both are ready in the next turn
                    first.peer().send("1");
                    second.peer().send("2");
                });
        loop().until("one to be lost", () -> one.isLost() || two.isLost());
        loop().settle();

        RecordingProtocol gone = one.isLost() ? one : two;
        RecordingProtocol left = one.isLost() ? two : one;
        assertTrace(gone, "connectionMade", "connectionLost null");
        assertEquals(1, left.received().length);
        assertFalse(left.isLost());
    }

    @Test
    @Spec("READ-18")
    void resumingAfterAKeptOpenEndDoesNotRepeatTheEnd() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder().keepingOpen();
        Link link = open(protocol);
        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");

        run(in -> {
            link.transport().pauseReading();
            link.transport().resumeReading();
        });
        loop().settle();
        run(in -> link.transport().write("still here".getBytes(StandardCharsets.US_ASCII)));

        assertEquals("still here", link.peer().receiveText(10));
        assertTrace(protocol, "connectionMade", "eofReceived");
    }

    @Test
    @Spec({"READ-19", "READ-1"})
    void isNotReadingAfterAKeptOpenEnd() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        RecordingProtocol protocol = recorder().keepingOpen();
        Link link = open(protocol);

        link.peer().shutdownOutput();
        protocol.awaitCall("eofReceived");
        loop().settle();

        run(in -> {
            assertFalse(link.transport().isReading());
            link.transport().resumeReading();
            assertFalse(link.transport().isReading());
        });
    }

    @Test
    @Spec("JAVA-17")
    void theByteOrderThatAProtocolSetsIsItsOwn() throws Exception {
        List<ByteOrder> orders = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            RecordingProtocol protocol = recorder().onData(data -> {
                orders.add(data.order());
                data.order(ByteOrder.LITTLE_ENDIAN);
            });
            Link link = open(protocol);
            link.peer().send("x");
            protocol.awaitReceived(1);
            link.peer().send("y");
            protocol.awaitReceived(2);
        }

        assertEquals(Collections.nCopies(4, ByteOrder.BIG_ENDIAN), orders);
    }

    @Test
    @Spec({"STREAM-7", "STREAM-6", "JAVA-17"})
    void keepsTheOrderOfManyBytes() throws Exception {
        RecordingProtocol protocol = recorder();
        Link link = open(protocol);
        byte[] data = bytes(MUCH);

        link.peer().send(data);
        protocol.awaitReceived(data.length);

        assertArrayEquals(data, protocol.received());
    }
}
