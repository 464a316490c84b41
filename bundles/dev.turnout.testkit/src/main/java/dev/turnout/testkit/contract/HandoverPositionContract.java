// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.testkit.Spec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Says that a hand-over loses, doubles and moves no byte wherever it happens: at every offset of a stream of records, and inside callbacks. */
public abstract class HandoverPositionContract extends SwitchContract {

    private static final String STREAM = "0123456789abcdef";

    /** Makes the suite. */
    protected HandoverPositionContract() {}

    private static int recordsIn(int offset) {
        return offset - offset % 4;
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-5", "SWITCH-20", "SWITCH-21", "STREAM-7", "STREAM-9", "BUF-15"})
    void switchesAtEveryOffset(Pairing pairing) throws Exception {
        for (int offset = 0; offset <= STREAM.length(); offset++) {
            Relay old = relay(pairing.from, "old");
            Relay next = relay(pairing.to, "next");
            Link link = begin(old);
            feed(link, old, STREAM.substring(0, offset));

            exchange(link, next);
            link.peer().send(STREAM.substring(offset));
            link.peer().shutdownOutput();
            await(next, "connectionLost null");

            assertEquals(STREAM.substring(0, recordsIn(offset)), old.taken());
            assertEquals(STREAM, old.taken() + next.taken(), "switched after " + offset + " bytes");
            assertEquals("handOver", old.calls().get(old.calls().size() - 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-20", "SWITCH-21", "SWITCH-18"})
    void switchesAtEveryOffsetOfOneConnection(Pairing pairing) throws Exception {
        List<Relay> all = new ArrayList<>(List.of(relay(pairing.from, "0")));
        Link link = begin(all.get(0));

        for (int i = 0; i < STREAM.length(); i++) {
            Relay current = all.get(i);
            link.peer().send(STREAM.substring(i, i + 1));
            awaitPosition(current, i % 4 + 1);
            Relay next = relay(i % 2 == 0 ? pairing.to : pairing.from, String.valueOf(i + 1));
            all.add(next);
            exchange(link, next);
        }
        link.peer().shutdownOutput();
        Relay last = all.get(all.size() - 1);
        await(last, "connectionLost null");

        assertEquals(STREAM, joined(all));
        assertEquals(
                1, all.stream().filter(relay -> relay.was("connectionMade")).count());
        assertEquals(
                1,
                all.stream().filter(relay -> relay.was("connectionLost null")).count());
    }

    private static String joined(List<Relay> all) {
        StringBuilder text = new StringBuilder();
        all.forEach(relay -> text.append(relay.taken()));
        return text.toString();
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-20", "SWITCH-21", "SWITCH-34"})
    void rollsBackAtEveryOffset(Pairing pairing) throws Exception {
        Relay old = relay(pairing.from, "old");
        Link link = begin(old);

        for (int i = 0; i < STREAM.length(); i++) {
            link.peer().send(STREAM.substring(i, i + 1));
            awaitPosition(old, i + 1);
            exchange(link, relay(pairing.to, "next").on("takeOver", relay -> {
                throw new IllegalStateException("cannot");
            }));
            awaitPosition(old, i + 1);
        }

        assertSame(old, inCharge(link));
        assertEquals(STREAM, old.taken());
        assertEquals(STREAM.length(), loop().reports().size());
        loop().reports().clear();
    }

    @ParameterizedTest
    @EnumSource
    @Spec({"SWITCH-20", "SWITCH-21", "SWITCH-27", "STREAM-11"})
    void switchesInsideTheCallbackAtEveryOffset(Pairing pairing) throws Exception {
        for (int i = 1; i <= STREAM.length(); i++) {
            int offset = i;
            Relay next = relay(pairing.to, "next");
            List<BaseProtocol> inside = new ArrayList<>();
            Relay old = relay(pairing.from, "old").on("byte", relay -> {
                if (relay.position() == offset) {
                    relay.transport().setProtocol(next);
                    inside.add(relay.transport().getProtocol());
                }
            });
            Link link = begin(old);

            link.peer().send(STREAM);
            link.peer().shutdownOutput();
            await(next, "connectionLost null");

            assertEquals(List.of(old), inside, "the old protocol is in charge until the callback returns");
            assertEquals(STREAM, old.taken() + next.taken(), "switched after " + offset + " bytes");
            assertEquals("handOver", old.calls().get(old.calls().size() - 1));
        }
    }

    @Test
    @Spec("SWITCH-27")
    void switchesWhenConnectionMadeHasReturned() throws Exception {
        Relay next = relay(Relay.Style.STREAM, "next");
        Relay old = relay(Relay.Style.STREAM, "old").on("connectionMade", relay -> {
            relay.transport().setProtocol(next);
            assertSame(relay, relay.transport().getProtocol());
        });
        Link link = begin(old);

        feed(link, next, "aaaa");

        assertEquals(List.of("connectionMade", "handOver"), old.calls());
        assertEquals(List.of("takeOver from old", "data", "record aaaa"), next.calls());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-26", "EOF-4"})
    void switchesWhenEofReceivedHasReturned() throws Exception {
        needs(StreamFixture.Capability.HALF_CLOSE);
        Relay next = relay(Relay.Style.STREAM, "next");
        Relay old = relay(Relay.Style.BUFFERED, "old")
                .keepingOpen()
                .on("eofReceived", relay -> relay.transport().setProtocol(next));
        Link link = begin(old);

        link.peer().shutdownOutput();
        await(next, "takeOver from old");
        run(in -> next.transport().close());
        await(next, "connectionLost null");

        assertTrue(next.context().eofReceived());
        assertEquals(List.of("connectionMade", "eofReceived", "handOver"), old.calls());
        assertEquals(List.of("takeOver from old", "connectionLost null"), next.calls());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-23"})
    void switchesWhenPauseWritingHasReturned() throws Exception {
        Relay next = relay(Relay.Style.STREAM, "next");
        Relay old = relay(Relay.Style.STREAM, "old")
                .on("pauseWriting", relay -> relay.transport().setProtocol(next));
        Link link = begin(old, SMALL_BUFFERS);
        long written = fillForGood(link.transport());

        run(in -> link.transport().setWriteBufferLimits(0));
        link.peer().receive((int) written);
        await(next, "resumeWriting");

        assertEquals(List.of("connectionMade", "pauseWriting", "handOver"), old.calls());
        assertEquals(List.of("takeOver from old", "pauseWriting", "resumeWriting"), next.calls());
    }

    @Test
    @Spec("SWITCH-27")
    void switchesOnFromInsideATakeOver() throws Exception {
        Relay third = relay(Relay.Style.BUFFERED, "third");
        Relay second = relay(Relay.Style.STREAM, "second")
                .on("takeOver", relay -> relay.transport().setProtocol(third));
        Relay old = relay(Relay.Style.STREAM, "old");
        Link link = begin(old);
        feed(link, old, "ab");

        exchange(link, second);
        feed(link, third, "cd");

        assertEquals(List.of("takeOver from old", "handOver"), second.calls());
        assertEquals("abcd", third.taken());
    }

    @Test
    @Spec({"SWITCH-27", "SWITCH-29"})
    void reportsASwitchAskedForInsideACallbackThatClosed() throws Exception {
        Relay next = relay(Relay.Style.STREAM, "next");
        Relay old = relay(Relay.Style.STREAM, "old").on("data", relay -> {
            relay.transport().setProtocol(next);
            relay.transport().close();
        });
        Link link = begin(old);

        link.peer().send("x");
        await(old, "connectionLost null");

        assertEquals(List.of(), next.calls());
        String why = text(takeReport().exception());
        assertTrue(why.contains("closing"), why);
    }

    /** Reads a header up to a line end, then gives what follows to another protocol, as the example of {@code Switchable} does. */
    @ParameterizedTest
    @EnumSource(Relay.Style.class)
    @Spec({"SWITCH-9", "SWITCH-20", "SWITCH-27", "SWITCH-63"})
    void aPreambleHandsOnWhatFollowsItsHeader(Relay.Style style) throws Exception {
        String stream = "to records\n" + STREAM;
        for (int cut = 0; cut <= stream.length(); cut++) {
            Relay next = relay(style, "next");
            Preamble preamble = new Preamble(next);
            Link link = begin(preamble);
            int first = cut;

            link.peer().send(stream.substring(0, first));
            loop().until("the first part", () -> preamble.seen() + next.position() >= Math.min(first, stream.length()));
            link.peer().send(stream.substring(first));
            link.peer().shutdownOutput();
            await(next, "connectionLost null");

            assertEquals("to records", preamble.header());
            assertEquals(STREAM, next.taken(), "cut after " + cut + " bytes");
            assertEquals("takeOver from preamble", next.calls().get(0));
        }
    }
}
