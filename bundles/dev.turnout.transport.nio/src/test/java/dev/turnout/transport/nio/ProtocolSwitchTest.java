// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.SwitchReport.Outcome;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProtocolSwitchTest {

    private Pair pair;

    private Pair open(BaseProtocol protocol) throws Exception {
        pair = new Pair(protocol);
        return pair;
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private void switchTo(BaseProtocol next) {
        pair.loop.run(on -> pair.transport.setProtocol(next));
    }

    private BaseProtocol inCharge() {
        return pair.loop.call(pair.transport::getProtocol);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Records, without objecting to beginning in the middle. */
    private static final class Plain implements dev.turnout.api.protocol.Protocol {

        final List<String> calls = new ArrayList<>();

        @Override
        public void connectionMade(dev.turnout.api.transport.BaseTransport transport) {
            calls.add("connectionMade");
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            calls.add("data " + StandardCharsets.ISO_8859_1.decode(data));
        }

        @Override
        public boolean eofReceived() {
            calls.add("eofReceived");
            return false;
        }

        @Override
        public void pauseWriting() {
            calls.add("pauseWriting");
        }

        @Override
        public void resumeWriting() {
            calls.add("resumeWriting");
        }

        @Override
        public void connectionLost(Throwable cause) {
            calls.add("connectionLost");
        }
    }

    // --- as in asyncio

    @Test
    @Spec({"SWITCH-2", "SWITCH-3", "SWITCH-13", "BASE-20"})
    void exchangesUndeclaredProtocolsAtOnceWithoutACallback() throws Exception {
        RecordingProtocol old = new RecordingProtocol();
        Plain next = new Plain();
        open(old);

        switchTo(next);
        assertSame(next, inCharge());
        pair.peer.send("hello");
        pair.peer.shutdownOutput();
        pair.log.awaitClosed();

        assertEquals(List.of("connectionMade"), old.calls());
        assertEquals(List.of("data hello", "eofReceived", "connectionLost"), next.calls);
    }

    @Test
    @Spec({"SWITCH-4", "SWITCH-9"})
    void leavesTheChunkInHandToTheOldProtocol() throws Exception {
        Plain next = new Plain();
        RecordingProtocol old = new RecordingProtocol();
        old.onData(data -> old.transport().setProtocol(next));
        open(old);

        pair.peer.send("first");
        old.awaitReceived(5);
        pair.peer.send("second");
        pair.loop.until("the second chunk", () -> !next.calls.isEmpty());

        assertEquals("first", old.text());
        assertEquals(List.of("data second"), next.calls);
    }

    @Test
    @Spec({"SWITCH-5", "BUF-2"})
    void switchesBetweenStreamAndBufferedWhileReading() throws Exception {
        RecordingProtocol old = new RecordingProtocol();
        ByteBuffer room = ByteBuffer.allocate(4);
        StringBuilder got = new StringBuilder();
        dev.turnout.api.protocol.BufferedProtocol buffered = new dev.turnout.api.protocol.BufferedProtocol() {
            @Override
            public ByteBuffer getBuffer(int sizeHint) {
                return room;
            }

            @Override
            public void bufferUpdated(int count) {
                for (int i = 0; i < count; i++) {
                    got.append((char) room.get(i));
                }
                if (got.length() >= 4) {
                    pair.transport.setProtocol(new Plain());
                }
            }
        };
        old.onData(data -> pair.transport.setProtocol(buffered));
        open(old);

        pair.peer.send("a");
        old.awaitReceived(1);
        pair.peer.send("bcdef");
        pair.loop.until(
                "the third protocol's data",
                () -> pair.transport.getProtocol() instanceof Plain third && third.calls.contains("data f"));

        assertEquals("a", old.text());
        assertEquals("bcde", got.toString());
    }

    @Test
    @Spec({"SWITCH-6", "SWITCH-7"})
    void tellsAnUndeclaredSuccessorNothingOfPauses() throws Exception {
        RecordingProtocol old = new RecordingProtocol();
        Plain next = new Plain();
        open(old);
        pair.loop.run(on -> {
            pair.transport.setWriteBufferLimits(WaterMarks.high(0));
            pair.transport.pauseReading();
        });
        long written = pair.fill();

        switchTo(next);
        pair.peer.receive((int) written);
        pair.loop.until("the resume", () -> !next.calls.isEmpty());
        pair.peer.send("unseen");
        pair.loop.settle();

        assertEquals(1, old.count("pauseWriting"));
        assertEquals(List.of("resumeWriting"), next.calls);
        assertFalse(pair.loop.call(pair.transport::isReading));
    }

    @Test
    @Spec("SWITCH-8")
    void callsConnectionMadeOfTheProtocolItBeganWith() throws Exception {
        RecordingProtocol first = new RecordingProtocol();
        Plain next = new Plain();
        pair = new Pair(first);
        RecordingProtocol begun = new RecordingProtocol();
        ReplacingObserver observer = new ReplacingObserver(pair.log, next);

        pair.loop.run(on -> ReplacingObserver.begin(on, begun, observer).close());
        pair.loop.until("the end", () -> next.calls.contains("connectionLost"));

        assertEquals(List.of("connectionMade"), begun.calls());
        assertEquals(List.of("connectionLost"), next.calls);
    }

    @Test
    @Spec("SWITCH-10")
    void givesConnectionLostToTheUndeclaredProtocolSetLast() throws Exception {
        RecordingProtocol old = new RecordingProtocol();
        Plain next = new Plain();
        open(old);

        pair.loop.run(on -> {
            pair.transport.close();
            pair.transport.setProtocol(next);
        });
        pair.log.awaitClosed();

        assertEquals(List.of("connectionMade"), old.calls());
        assertEquals(List.of("connectionLost"), next.calls);
    }

    // --- checks

    @Test
    @Spec("SWITCH-12")
    void refusesAPairThatDoesNotFitBeforeAnyEffect() throws Exception {
        Relay old = new Relay("old", 3);
        open(old);

        for (BaseProtocol next : List.of(
                new RecordingProtocol(),
                new Relay("other name", 3, new SwitchSupport("lines", 1, 2)),
                new Relay("newer", 3, new SwitchSupport("records", 3, 4)))) {
            IllegalStateException refused = assertThrows(IllegalStateException.class, () -> switchTo(next));
            assertTrue(refused.getMessage().contains("records 1..2"), refused.getMessage());
        }

        assertSame(old, inCharge());
        assertEquals(List.of("connectionMade"), old.calls);
    }

    @Test
    @Spec("SWITCH-12")
    void refusesADeclaredSuccessorOfAnUndeclaredProtocol() throws Exception {
        RecordingProtocol old = new RecordingProtocol();
        Relay next = new Relay("next", 3);
        open(old);

        assertThrows(IllegalStateException.class, () -> switchTo(next));

        assertSame(old, inCharge());
        assertEquals(List.of(), next.calls);
    }

    @Test
    @Spec("SWITCH-15")
    void refusesNullAndProtocolsOfAnotherKind() throws Exception {
        RecordingProtocol old = new RecordingProtocol();
        open(old);

        assertThrows(IllegalArgumentException.class, () -> switchTo(null));
        assertThrows(IllegalArgumentException.class, () -> switchTo(new BaseProtocol() {}));

        assertSame(old, inCharge());
    }

    // --- the hand-over

    @Test
    @Spec({"SWITCH-11", "SWITCH-16", "SWITCH-17", "SWITCH-18", "SWITCH-19", "SWITCH-20"})
    void handsOverStateAndUnreadBytesAndThenTheRest() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4);
        open(old);
        pair.peer.send("aaaabb");
        pair.loop.until("the first bytes", () -> old.calls.contains("data"));

        switchTo(next);
        pair.peer.send("bb");
        pair.loop.until("the second record", () -> next.calls.contains("record bbbb"));
        pair.peer.close();
        pair.log.awaitClosed();

        assertEquals(List.of("connectionMade", "record aaaa", "data", "handOver"), old.calls);
        assertEquals(
                List.of("takeOver from old", "data", "record bbbb", "data", "eofReceived", "connectionLost null"),
                next.calls);
        assertEquals(2, next.context.version());
        pair.assertNoReports();
    }

    @Test
    @Spec("SWITCH-11")
    void agreesOnTheNewestVersionThatBothKnow() throws Exception {
        Relay old = new Relay("old", 4, new SwitchSupport("records", 1, 3));
        Relay next = new Relay("next", 4, new SwitchSupport("records", 2, 5));
        open(old);

        switchTo(next);

        assertEquals(3, old.context.version());
        assertEquals(3, next.context.version());
    }

    @Test
    @Spec({"SWITCH-20", "SWITCH-21", "STREAM-7"})
    void losesDoublesAndMovesNoByteAtAnyOffset() throws Exception {
        String stream = "0123456789abcdef";
        for (int offset = 0; offset <= stream.length(); offset++) {
            Relay old = new Relay("old", 4);
            Relay next = new Relay("next", 4);
            try (Pair each = new Pair(old)) {
                int first = offset;
                each.peer.send(stream.substring(0, offset));
                each.loop.until(
                        "the first part",
                        () -> first == 0 || (old.taken().length() == first - first % 4 && old.calls.contains("data")));
                each.loop.settle();

                each.loop.run(on -> each.transport.setProtocol(next));
                each.peer.send(stream.substring(offset));
                each.peer.shutdownOutput();
                each.log.awaitClosed();

                assertEquals(stream, old.taken() + next.taken(), "switched after " + offset + " bytes");
                assertEquals(stream.substring(0, offset - offset % 4), old.taken());
            }
        }
        open(new Relay("none", 1));
    }

    @Test
    @Spec("SWITCH-22")
    void sendsWhatTheOldProtocolWroteFirst() throws Exception {
        Relay old = new Relay("old", 4).on("handOver", relay -> relay.transport.write(bytes("<handOver>")));
        Relay next = new Relay("next", 4).on("takeOver", relay -> relay.transport.write(bytes("<takeOver>")));
        open(old);
        long written = pair.fill();

        switchTo(next);
        pair.loop.run(on -> pair.transport.write(bytes("<later>")));

        pair.peer.receive((int) written);
        assertEquals("<handOver><takeOver><later>", pair.peer.receiveText(27));
    }

    @Test
    @Spec({"SWITCH-23", "SWITCH-24"})
    void tellsTheSuccessorThatWritingIsPausedBeforeAnyData() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4);
        open(old);
        pair.loop.run(on -> pair.transport.setWriteBufferLimits(new WaterMarks(1, 2)));
        pair.peer.send("ab");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));
        long written = pair.fill();

        switchTo(next);
        pair.peer.receive((int) written);
        pair.loop.until("the resume", () -> next.calls.contains("resumeWriting"));

        assertEquals(List.of("takeOver from old", "pauseWriting", "data", "resumeWriting"), next.calls);
        assertTrue(next.context.writingPaused());
        assertFalse(old.calls.contains("resumeWriting"));
        assertEquals(new WaterMarks(1, 2), pair.loop.call(pair.transport::getWriteBufferLimits));
    }

    @Test
    @Spec("SWITCH-25")
    void keepsReadingPausedUntilTheSuccessorResumes() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4);
        open(old);
        pair.peer.send("ab");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));
        pair.loop.run(on -> pair.transport.pauseReading());

        switchTo(next);
        pair.peer.send("cdefgh");
        pair.loop.settle();
        assertEquals(List.of("takeOver from old"), next.calls);
        assertTrue(next.context.readingPaused());
        pair.loop.run(on -> {
            assertFalse(pair.transport.isReading());
            pair.transport.resumeReading();
        });
        pair.loop.until("both records", () -> next.calls.contains("record efgh"));

        assertEquals("abcdefgh", next.taken());
    }

    @Test
    @Spec("SWITCH-20")
    void carriesUndeliveredBytesOnThroughASecondSwitch() throws Exception {
        Relay old = new Relay("old", 4);
        Relay second = new Relay("second", 4).on("takeOver", relay -> relay.transport.pauseReading());
        Relay third = new Relay("third", 4);
        open(old);
        pair.peer.send("abc");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));

        switchTo(second);
        switchTo(third);
        pair.peer.send("d");
        pair.loop.run(on -> pair.transport.resumeReading());
        pair.loop.until("the record", () -> third.calls.contains("record abcd"));

        assertEquals(List.of("takeOver from old", "handOver"), second.calls);
    }

    @Test
    @Spec("SWITCH-26")
    void saysThatTheEndOfStreamCameAndDoesNotRepeatIt() throws Exception {
        Relay old = new Relay("old", 4);
        old.keepsOpen = true;
        Relay next = new Relay("next", 4);
        open(old);
        pair.peer.send("ab");
        pair.peer.shutdownOutput();
        pair.loop.until("the end of stream", () -> old.calls.contains("eofReceived"));

        switchTo(next);
        pair.loop.settle();
        pair.loop.run(on -> pair.transport.write(bytes("still open")));

        assertEquals("still open", pair.peer.receiveText(10));
        assertTrue(next.context.eofReceived());
        assertEquals(List.of("takeOver from old", "data"), next.calls);
    }

    @Test
    @Spec("SWITCH-27")
    void waitsForThePresentCallbackToReturn() throws Exception {
        Relay next = new Relay("next", 4);
        List<Object> seen = new ArrayList<>();
        Relay old = new Relay("old", 4).on("record", relay -> {
            relay.transport.setProtocol(next);
            seen.add(relay.transport.getProtocol());
        });
        open(old);

        pair.peer.send("aaaabbbbc");
        pair.loop.until("the take-over", () -> next.calls.contains("data"));
        pair.peer.send("ccc");
        pair.loop.until("the third record", () -> next.calls.contains("record cccc"));

        assertEquals(List.of(old, old), seen);
        assertEquals(List.of("connectionMade", "record aaaa", "record bbbb", "data", "handOver"), old.calls);
    }

    @Test
    @Spec("SWITCH-28")
    void givesWhatWasScheduledBeforeToTheProtocolInCharge() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4);
        open(old);
        pair.peer.send("aa");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));

        pair.loop.run(on -> {
            pair.transport.pauseReading();
            pair.transport.setProtocol(new Relay("between", 4));
            pair.transport.resumeReading();
            pair.transport.setProtocol(next);
        });
        pair.loop.until("the bytes whose delivery was scheduled before", () -> next.calls.contains("data"));

        assertEquals("takeOver from between", next.calls.get(0));
    }

    @Test
    @Spec("SWITCH-29")
    void doesNothingOnAClosingTransportAndSaysSo() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4);
        open(old);

        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> pair.loop.run(on -> {
                    pair.transport.close();
                    pair.transport.setProtocol(next);
                }));
        pair.log.awaitClosed();

        assertTrue(refused.getMessage().contains("closing"), refused.getMessage());
        assertEquals(List.of("connectionMade", "connectionLost null"), old.calls);
        assertEquals(List.of(), next.calls);
    }

    @Test
    @Spec("SWITCH-29")
    void reportsADeferredSwitchThatMetAClosingTransport() throws Exception {
        Relay next = new Relay("next", 4);
        Relay old = new Relay("old", 4).on("data", relay -> {
            relay.transport.setProtocol(next);
            relay.transport.close();
        });
        open(old);

        pair.peer.send("x");
        pair.log.awaitClosed();

        assertEquals(List.of(), next.calls);
        assertEquals(1, pair.loop.reports().size());
        assertTrue(old.calls.contains("connectionLost null"));
    }

    @Test
    @Spec("SWITCH-33")
    void keepsTheOldProtocolIfItsHandOverFails() throws Exception {
        Relay old = new Relay("old", 4).on("handOver", relay -> {
            throw new IllegalStateException("not now");
        });
        Relay next = new Relay("next", 4);
        open(old);

        switchTo(next);
        pair.peer.send("aaaa");
        pair.loop.until("a record", () -> old.calls.contains("record aaaa"));

        assertSame(old, inCharge());
        assertEquals(List.of(), next.calls);
        assertEquals("not now", pair.loop.reports().get(0).exception().getMessage());
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-20"})
    void goesBackToTheOldProtocolIfTheTakeOverFails() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4).on("takeOver", relay -> {
            throw new IllegalStateException("cannot");
        });
        open(old);
        pair.peer.send("aa");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));

        switchTo(next);
        pair.peer.send("aa");
        pair.loop.until("the record", () -> old.calls.contains("record aaaa"));

        assertSame(old, inCharge());
        assertEquals(
                List.of("connectionMade", "data", "handOver", "takeBack", "data", "record aaaa", "data"), old.calls);
        assertEquals(1, pair.loop.reports().size());
        assertEquals(Outcome.ROLLED_BACK, pair.log.switches().get(0).outcome());
    }

    @Test
    @Spec("SWITCH-34")
    void abortsTheConnectionIfNeitherProtocolTakesIt() throws Exception {
        Relay old = new Relay("old", 4).on("takeBack", relay -> {
            throw new IllegalStateException("gone");
        });
        Relay next = new Relay("next", 4).on("takeOver", relay -> {
            throw new IllegalStateException("cannot");
        });
        open(old);

        switchTo(next);
        pair.log.awaitClosed();

        assertEquals(List.of("connectionMade", "handOver", "takeBack", "connectionLost cannot"), old.calls);
        assertEquals(List.of("takeOver from old"), next.calls);
    }

    @Test
    @Spec("SWITCH-63")
    void failsBeforeAnyEffectIfUnreadBytesAreNotWanted() throws Exception {
        Relay old = new Relay("old", 4);
        Relay next = new Relay("next", 4);
        open(old);
        pair.peer.send("aa");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));

        assertThrows(
                IllegalStateException.class,
                () -> pair.loop.run(on -> pair.transport.setProtocol(next, UnreadBytes.MUST_BE_EMPTY)));
        pair.peer.send("aa");
        pair.loop.until("the record", () -> old.calls.contains("record aaaa"));
        pair.loop.run(on -> pair.transport.setProtocol(next, UnreadBytes.MUST_BE_EMPTY));

        assertSame(next, inCharge());
        assertEquals(List.of("takeOver from old"), next.calls);
    }

    @Test
    @Spec({"BUF-15", "SWITCH-20"})
    void splitsUnreadBytesForABufferedSuccessor() throws Exception {
        Relay old = new Relay("old", 10);
        BufferedRelay next = new BufferedRelay();
        open(old);
        pair.peer.send("abcdefg");
        pair.loop.until("unread bytes", () -> old.calls.contains("data"));

        switchTo(next);
        pair.peer.send("hi");
        pair.loop.until("all bytes", () -> next.got.toString().equals("abcdefghi"));

        assertEquals(List.of(3, 3, 1), next.counts.subList(0, 3));
    }
}
