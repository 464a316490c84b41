// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Says what {@code setProtocol} does between protocols that declare nothing, and between those that do not fit. */
public abstract class UndeclaredSwitchContract extends SwitchContract {

    /** Makes the suite. */
    protected UndeclaredSwitchContract() {}

    @Test
    @Spec({"SWITCH-2", "SWITCH-3", "SWITCH-13", "BASE-20"})
    void exchangesProtocolsAtOnceWithoutACallback() throws Exception {
        RecordingProtocol old = recorder();
        Plain next = new Plain();
        Link link = begin(old);

        run(in -> {
            link.transport().setProtocol(next);
            assertSame(next, link.transport().getProtocol());
        });
        link.peer().send("hello");
        loop().until("the data", () -> next.was("data hello"));
        link.peer().shutdownOutput();
        loop().until("the end", () -> next.was("connectionLost null"));

        assertEquals(List.of("data hello", "eofReceived", "connectionLost null"), next.calls());
        assertTrace(old, "connectionMade");
    }

    @Test
    @Spec({"SWITCH-4", "SWITCH-9"})
    void leavesTheChunkInHandToTheOldProtocol() throws Exception {
        Plain next = new Plain();
        RecordingProtocol old = recorder();
        old.onData(data -> old.transport().setProtocol(next));
        Link link = begin(old);

        link.peer().send("first");
        old.awaitReceived(5);
        link.peer().send("second");
        loop().until("the second chunk", () -> !next.calls().isEmpty());

        assertEquals("first", old.text());
        assertEquals(List.of("data second"), next.calls());
    }

    @Test
    @Spec({"SWITCH-5", "BUF-2", "STREAM-7"})
    void goesFromStreamToBufferedAndBackWhileReading() throws Exception {
        Plain third = new Plain();
        StringBuilder got = new StringBuilder();
        ByteBuffer room = ByteBuffer.allocate(4);
        RecordingProtocol old = recorder();
        Link link = begin(old);
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
                    link.transport().setProtocol(third);
                }
            }
        };
        old.onData(data -> link.transport().setProtocol(buffered));

        link.peer().send("a");
        old.awaitReceived(1);
        link.peer().send("bcdef");
        loop().until("the rest", () -> third.was("data f"));

        assertEquals("a", old.text());
        assertEquals("bcde", got.toString());
    }

    @Test
    @Spec("SWITCH-5")
    void leavesABufferedProtocolInsideItsGetBuffer() throws Exception {
        Plain next = new Plain();
        RecordingBufferedProtocol old = bufferedRecorder();
        old.onGetBuffer(hint -> {
            old.transport().setProtocol(next);
            return ByteBuffer.allocate(8);
        });
        Link link = begin(old);

        link.peer().send("data");
        loop().until("the data", () -> !next.calls().isEmpty());

        assertEquals(List.of("data data"), next.calls());
        assertEquals("", old.text());
    }

    @Test
    @Spec({"SWITCH-6", "SWITCH-7"})
    void tellsTheSuccessorNothingOfPauses() throws Exception {
        RecordingProtocol old = recorder();
        Plain next = new Plain();
        Link link = begin(old, SMALL_BUFFERS);
        Transport transport = link.transport();
        long written = fillForGood(transport);
        run(in -> {
            transport.setWriteBufferLimits(WaterMarks.high(0));
            transport.pauseReading();
        });

        exchange(link, next);
        link.peer().receive((int) written);
        loop().until("the resume", () -> !next.calls().isEmpty());
        link.peer().send("unseen");
        loop().settle();

        assertEquals(1, old.count("pauseWriting"));
        assertEquals(List.of("resumeWriting"), next.calls());
        assertFalse(loop().call(transport::isReading));
        run(in -> transport.resumeReading());
        loop().until("the data", () -> next.was("data unseen"));
    }

    @Test
    @Spec("SWITCH-10")
    void givesConnectionLostToTheProtocolSetLast() {
        RecordingProtocol old = recorder();
        Plain next = new Plain();
        Link link = begin(old);

        run(in -> {
            link.transport().close();
            link.transport().setProtocol(next);
        });
        loop().until("the end", () -> next.was("connectionLost null"));

        assertTrace(old, "connectionMade");
        assertEquals(List.of("connectionLost null"), next.calls());
    }

    @Test
    @Spec("SWITCH-13")
    void warnsInDebugModeOnly() {
        Link link = begin(recorder());

        try (LogCapture log = new LogCapture()) {
            exchange(link, new Plain());
            assertEquals(1, log.warnings("neither says that it supports this"), log.messages()::toString);

            run(in -> in.setDebug(false));
            exchange(link, new Plain());
            run(in -> in.setDebug(true));
            assertEquals(1, log.warnings("neither says that it supports this"), log.messages()::toString);
        }
    }

    @Test
    @Spec({"SWITCH-1", "SWITCH-14"})
    void refusesItOnAStrictConnection() {
        RecordingProtocol old = recorder();
        Link link = begin(old, Map.of("strict.switching", "true"));

        IllegalStateException refused = assertThrows(IllegalStateException.class, () -> exchange(link, new Plain()));

        assertTrue(text(refused).contains("no support declared"), text(refused));
        assertSame(old, inCharge(link));
    }

    @Test
    @Spec({"SWITCH-1", "SWITCH-12"})
    void refusesDeclaredProtocolsThatDoNotFitBeforeAnyEffect() {
        Relay old = relay(Relay.Style.STREAM, "old");
        Link link = begin(old);

        for (BaseProtocol next : List.of(
                new Plain(),
                Relay.of(Relay.Style.STREAM, "other name", new SwitchSupport("lines", 1, 2)),
                Relay.of(Relay.Style.BUFFERED, "newer", new SwitchSupport("records", 3, 4)))) {
            IllegalStateException refused = assertThrows(IllegalStateException.class, () -> exchange(link, next));
            assertTrue(text(refused).contains("records 1..2"), text(refused));
        }

        assertSame(old, inCharge(link));
        assertEquals(List.of("connectionMade"), old.calls());
    }

    @Test
    @Spec("SWITCH-12")
    void refusesADeclaredSuccessorOfAnUndeclaredProtocol() {
        RecordingProtocol old = recorder();
        Relay next = relay(Relay.Style.STREAM, "next");
        Link link = begin(old);

        assertThrows(IllegalStateException.class, () -> exchange(link, next));

        assertSame(old, inCharge(link));
        assertEquals(List.of(), next.calls());
    }

    @Test
    @Spec("SWITCH-15")
    @SuppressWarnings("NullAway") // that is what is tested
    void refusesNullAndProtocolsOfAnotherKind() {
        RecordingProtocol old = recorder();
        Link link = begin(old);

        assertThrows(IllegalArgumentException.class, () -> exchange(link, null));
        assertThrows(IllegalArgumentException.class, () -> exchange(link, new BaseProtocol() {}));

        assertSame(old, inCharge(link));
    }
}
