// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Says what a hand-over between two protocols that support it carries, and what becomes of it if one of them fails. */
public abstract class HandoverContract extends SwitchContract {

    /** Makes the suite. */
    protected HandoverContract() {}

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-11", "SWITCH-16", "SWITCH-17", "SWITCH-18", "SWITCH-19", "SWITCH-20", "STREAM-2", "STREAM-9"})
    void handsOverStateAndUnreadBytesAndThenTheRest(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Relay next = relay(pairing.to, "next");
        Link link = begin(old);
        feed(link, old, "aaaabb");

        exchange(link, next);
        link.peer().send("bb");
        await(next, "record bbbb");
        link.peer().shutdownOutput();
        await(next, "connectionLost null");

        assertEquals(List.of("connectionMade", "data", "record aaaa", "handOver"), old.calls());
        assertEquals(
                List.of("takeOver from old", "data", "record bbbb", "eofReceived", "connectionLost null"),
                next.calls());
        assertEquals(2, next.context().version());
    }

    @Test
    @Spec("SWITCH-11")
    void agreesOnTheNewestVersionThatBothKnow() {
        Relay old = watched(Relay.of(Relay.Style.STREAM, "old", new SwitchSupport("records", 1, 3)));
        Relay next = watched(Relay.of(Relay.Style.BUFFERED, "next", new SwitchSupport("records", 2, 5)));
        Link link = begin(old, Map.of("strict.switching", "true"));

        exchange(link, next);

        assertEquals(3, old.context().version());
        assertEquals(3, next.context().version());
    }

    @Test
    @Spec({"SWITCH-22", "WRITE-3"})
    void sendsWhatTheOldProtocolWroteFirst() throws Exception {
        Relay old = relay(Relay.Style.STREAM, "old").on("handOver", relay -> write(relay, "<handOver>"));
        Relay next = relay(Relay.Style.STREAM, "next").on("takeOver", relay -> write(relay, "<takeOver>"));
        Link link = begin(old, SMALL_BUFFERS);
        long written = fillForGood(link.transport());

        exchange(link, next);
        run(in -> write(next, "<later>"));

        link.peer().receive((int) written);
        assertEquals("<handOver><takeOver><later>", link.peer().receiveText(27));
    }

    private static void write(Relay relay, String text) {
        relay.transport().write(text.getBytes(US_ASCII));
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-23", "SWITCH-24", "FLOW-13", "FLOW-14"})
    void tellsTheSuccessorThatWritingIsPausedBeforeAnyData(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Relay next = relay(pairing.to, "next");
        Link link = begin(old, SMALL_BUFFERS);
        feed(link, old, "ab");
        long written = fillForGood(link.transport());
        run(in -> link.transport().setWriteBufferLimits(new WaterMarks(1, 2)));

        exchange(link, next);
        link.peer().receive((int) written);
        await(next, "resumeWriting");

        assertEquals(List.of("takeOver from old", "pauseWriting", "data", "resumeWriting"), next.calls());
        assertTrue(next.context().writingPaused());
        assertFalse(old.was("resumeWriting"));
        assertEquals(new WaterMarks(1, 2), loop().call(link.transport()::getWriteBufferLimits));
    }

    @Test
    @Spec({"SWITCH-23", "SWITCH-24", "FLOW-20"})
    void tellsTheSuccessorOnceIfItsOwnMarksPauseWriting() throws Exception {
        Relay old = relay(Relay.Style.STREAM, "old");
        Relay next = relay(Relay.Style.STREAM, "next")
                .on("takeOver", relay -> relay.transport().setWriteBufferLimits(new WaterMarks(10, 20)));
        Link link = begin(old, SMALL_BUFFERS);
        long written = fillForGood(link.transport());

        exchange(link, next);
        link.peer().receive((int) written);
        await(next, "resumeWriting");

        assertEquals(List.of("takeOver from old", "pauseWriting", "resumeWriting"), next.calls());
        assertFalse(next.context().writingPaused());
        assertEquals(List.of("connectionMade", "handOver"), old.calls());
        assertEquals(new WaterMarks(10, 20), loop().call(link.transport()::getWriteBufferLimits));
    }

    @Test
    @Spec("SWITCH-23")
    void tellsTheSuccessorOfAPauseThatTheLastWriteOfTheOldOneBroughtAbout() throws Exception {
        Relay old = relay(Relay.Style.STREAM, "old").on("handOver", relay -> {
            relay.transport().setWriteBufferLimits(WaterMarks.high(0));
            write(relay, "bye");
        });
        Relay next = relay(Relay.Style.STREAM, "next");
        Link link = begin(old, SMALL_BUFFERS);
        long written = fillForGood(link.transport());

        exchange(link, next);
        link.peer().receive((int) written + 3);
        await(next, "resumeWriting");

        assertTrue(next.context().writingPaused());
        assertEquals(List.of("takeOver from old", "pauseWriting", "resumeWriting"), next.calls());
        assertEquals(List.of("connectionMade", "handOver", "pauseWriting"), old.calls());
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-7", "SWITCH-25", "READ-3", "READ-9"})
    void keepsReadingPausedUntilTheSuccessorResumes(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Relay next = relay(pairing.to, "next");
        Link link = begin(old);
        Transport transport = link.transport();
        feed(link, old, "ab");
        run(in -> transport.pauseReading());

        exchange(link, next);
        link.peer().send("cdefgh");
        loop().settle();
        assertEquals(List.of("takeOver from old"), next.calls());
        assertTrue(next.context().readingPaused());
        run(in -> {
            assertFalse(transport.isReading());
            transport.resumeReading();
            assertTrue(transport.isReading());
        });
        await(next, "record efgh");

        assertEquals("abcdefgh", next.taken());
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-25", "READ-4"})
    void deliversNoUnreadByteMoreWhenTheSuccessorPauses(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Relay second = relay(pairing.to, "second")
                .on("takeOver", relay -> relay.transport().pauseReading());
        Relay third = relay(pairing.from, "third");
        Link link = begin(old);
        feed(link, old, "abc");

        exchange(link, second);
        exchange(link, third);
        link.peer().send("d");
        loop().settle();
        assertEquals(List.of("takeOver from second"), third.calls());
        run(in -> link.transport().resumeReading());
        await(third, "record abcd");

        assertEquals(List.of("takeOver from old", "handOver"), second.calls());
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-26", "STREAM-9", "EOF-4", "EOF-5", "READ-19"})
    void saysThatTheEndOfStreamCameAndDoesNotRepeatIt(Pairing pairing) throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        Relay old = relay(pairing.from, "old").keepingOpen();
        Relay next = relay(pairing.to, "next");
        Link link = begin(old);
        feed(link, old, "ab");
        link.peer().shutdownOutput();
        await(old, "eofReceived");

        exchange(link, next);
        loop().settle();
        run(in -> {
            assertFalse(link.transport().isReading());
            write(next, "still open");
        });

        assertEquals("still open", link.peer().receiveText(10));
        assertTrue(next.context().eofReceived());
        assertEquals(List.of("takeOver from old", "data"), next.calls());
    }

    @Test
    @Spec("SWITCH-28")
    void givesWhatWasScheduledBeforeToTheProtocolInCharge() throws Exception {
        Relay old = relay(Relay.Style.STREAM, "old");
        Relay next = relay(Relay.Style.BUFFERED, "next");
        Link link = begin(old);
        feed(link, old, "aa");

        run(in -> {
            link.transport().pauseReading();
            link.transport().setProtocol(relay(Relay.Style.STREAM, "between"));
            link.transport().resumeReading();
            link.transport().setProtocol(next);
        });
        await(next, "data");

        assertEquals(List.of("takeOver from between", "data"), next.calls());
    }

    @Test
    @Spec({"SWITCH-28", "STREAM-2"})
    void givesAConnectionLostThatWasScheduledToTheProtocolInCharge() throws Exception {
        Relay next = relay(Relay.Style.STREAM, "next");
        Relay old = relay(Relay.Style.STREAM, "old");
        Link link = begin(old);

        run(in -> {
            link.transport().setProtocol(next);
            link.transport().abort();
        });
        await(next, "connectionLost null");

        assertEquals(List.of("connectionMade", "handOver"), old.calls());
    }

    @Test
    @Spec("SWITCH-29")
    void doesNothingOnAClosingTransportAndSaysSo() throws Exception {
        Relay old = relay(Relay.Style.STREAM, "old");
        Relay next = relay(Relay.Style.STREAM, "next");
        Link link = begin(old);

        IllegalStateException refused = assertThrows(
                IllegalStateException.class,
                () -> run(in -> {
                    link.transport().close();
                    link.transport().setProtocol(next);
                }));
        await(old, "connectionLost null");

        assertTrue(text(refused).contains("closing"), text(refused));
        assertEquals(List.of("connectionMade", "connectionLost null"), old.calls());
        assertEquals(List.of(), next.calls());
    }

    @ParameterizedTest
    @EnumSource
    @Spec("SWITCH-33")
    void keepsTheOldProtocolIfItsHandOverFails(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old").on("handOver", relay -> {
            throw new IllegalStateException("not now");
        });
        Relay next = relay(pairing.to, "next");
        Link link = begin(old);
        feed(link, old, "aa");

        exchange(link, next);
        feed(link, old, "aa");

        assertSame(old, inCharge(link));
        assertEquals(List.of("connectionMade", "data", "handOver", "record aaaa"), old.calls());
        assertEquals(List.of(), next.calls());
        assertEquals("not now", text(takeReport().exception()));
    }

    @Test
    @Spec({"SWITCH-33", "SWITCH-36"})
    void keepsTheOldProtocolIfItsStateHasTypesOfItsOwn() {
        Relay old = relay(Relay.Style.STREAM, "old")
                .on("handOver", relay -> HandoverState.empty().with("own", List.of(new Relay.Own())));
        Relay next = relay(Relay.Style.STREAM, "next");
        Link link = begin(old);

        exchange(link, next);

        assertSame(old, inCharge(link));
        assertEquals(List.of(), next.calls());
        String why = text(takeReport().exception());
        assertTrue(why.contains(Relay.Own.class.getName()), why);
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-34", "SWITCH-20"})
    void goesBackToTheOldProtocolIfTheTakeOverFails(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Relay next = relay(pairing.to, "next").on("takeOver", relay -> {
            throw new IllegalStateException("cannot");
        });
        Link link = begin(old);
        feed(link, old, "aa");

        exchange(link, next);
        link.peer().send("aa");
        await(old, "record aaaa");

        assertSame(old, inCharge(link));
        assertEquals(List.of("connectionMade", "data", "handOver", "takeBack", "data", "record aaaa"), old.calls());
        assertEquals(List.of("takeOver from old"), next.calls());
        assertEquals("cannot", text(takeReport().exception()));
    }

    @Test
    @Spec({"SWITCH-34", "SWITCH-24", "SWITCH-25"})
    void undoesWhatTheFailingSuccessorDidToTheTransport() throws Exception {
        Relay old = relay(Relay.Style.STREAM, "old");
        Relay next = relay(Relay.Style.STREAM, "next").on("takeOver", relay -> {
            relay.transport().pauseReading();
            relay.transport().setWriteBufferLimits(new WaterMarks(3, 4));
            throw new IllegalStateException("cannot");
        });
        Link link = begin(old);
        WaterMarks before = loop().call(link.transport()::getWriteBufferLimits);

        exchange(link, next);
        takeReport();

        assertEquals(before, loop().call(link.transport()::getWriteBufferLimits));
        feed(link, old, "aaaa");
    }

    @Test
    @Spec("SWITCH-34")
    void abortsTheConnectionIfNeitherProtocolTakesIt() {
        Relay old = relay(Relay.Style.STREAM, "old").on("takeBack", relay -> {
            throw new IllegalStateException("gone");
        });
        Relay next = relay(Relay.Style.STREAM, "next").on("takeOver", relay -> {
            throw new IllegalStateException("cannot");
        });
        Link link = begin(old);

        exchange(link, next);
        await(old, "connectionLost cannot");

        assertEquals(List.of("connectionMade", "handOver", "takeBack", "connectionLost cannot"), old.calls());
        assertEquals(List.of("takeOver from old"), next.calls());
        List<String> reported = new ArrayList<>();
        loop().reports().forEach(report -> reported.add(text(report.exception())));
        loop().reports().clear();
        assertEquals(List.of("cannot", "gone"), reported);
    }

    @ParameterizedTest
    @EnumSource
    @Spec("SWITCH-63")
    void failsBeforeAnyEffectIfUnreadBytesAreNotWanted(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Relay next = relay(pairing.to, "next");
        Link link = begin(old);
        feed(link, old, "aa");

        assertThrows(IllegalStateException.class, () -> exchange(link, next, UnreadBytes.MUST_BE_EMPTY));
        assertSame(old, inCharge(link));
        link.peer().send("aa");
        await(old, "record aaaa");
        exchange(link, next, UnreadBytes.MUST_BE_EMPTY);

        assertSame(next, inCharge(link));
        assertEquals(List.of("takeOver from old"), next.calls());
        assertEquals(UnreadBytes.MUST_BE_EMPTY, next.context().unreadBytes());
    }
}
