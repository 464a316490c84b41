// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Says how clear bytes go through TLS: flow control both ways, buffered protocols, switching, what TLS does unseen. */
class DataTest extends TlsCase {

    @Test
    @Spec({"FLOW-2", "TLS-40"})
    void itHasMarksOfItsOwn() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> {
            assertEquals(
                    new WaterMarks(128 * 1024, 512 * 1024), pair.transport().getWriteBufferLimits());
            pair.transport().setWriteBufferLimits(1 << 20);
            pair.transport().write(bytes(512 * 1024)); // far above the marks of the socket below
            assertEquals(0, protocol.count("pauseWriting"));
            pair.transport().write(bytes(2 << 20));
            assertEquals(1, protocol.count("pauseWriting"));
            pair.transport().setWriteBufferLimits();
            assertEquals(WaterMarks.TLS_DEFAULT, pair.transport().getWriteBufferLimits());
        });
    }

    @Test
    @Spec({"FLOW-26", "TLS-39"})
    void itPausesStrictlyAboveTheMarkAndCountsClearBytes() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        loop.run(in -> {
            pair.transport().setWriteBufferLimits(1L << 40);
            while (pair.transport().getWriteBufferSize() == 0) {
                pair.transport().write(bytes(64 * 1024));
            }
        });
        settleWriting(pair);

        loop.run(in -> {
            long size = pair.transport().getWriteBufferSize();
            pair.transport().write(bytes(1000));
            assertEquals(size + 1000, pair.transport().getWriteBufferSize());
            pair.transport().setWriteBufferLimits(size + 1001);
            pair.transport().write(bytes(1));
            assertEquals(0, protocol.count("pauseWriting"), "equal");
            pair.transport().write(bytes(1));
            assertEquals(1, protocol.count("pauseWriting"), "above");
        });
        RecordingProtocol idle = recorder();
        Pair empty = open(client(), idle);
        loop.run(in -> {
            empty.transport().setWriteBufferLimits(0);
            empty.transport().write(bytes(10));
            assertEquals(0, idle.count("pauseWriting"), "nothing is buffered");
        });
    }

    private void settleWriting(Pair pair) {
        long before = -1;
        for (long now = loop.call(pair.transport()::getWriteBufferSize); now != before; ) {
            before = now;
            loop.settle();
            now = loop.call(pair.transport()::getWriteBufferSize);
        }
    }

    @Test
    @Spec({"TLS-37", "READ-12"})
    void whilePausedItTakesLittleAndThePeerIsSlowed() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> pair.transport().pauseReading());
        long taken = 0;
        long more = pair.peer().sendUntilFull(64L << 20);
        while (more > 0 && taken < 64L << 20) {
            taken += more;
            loop.settle();
            more = pair.peer().sendUntilFull(64L << 20);
        }
        // the read mark, and what the system holds at both ends with buffers of this size
        assertTrue(taken <= (256 + 512) * 1024, "taken while paused: " + taken);
        assertEquals(0, protocol.received().length);
        long all = taken;
        loop.run(in -> pair.transport().resumeReading());
        loop.until("all", () -> {
            pair.peer().tick(false);
            return protocol.received().length == all;
        });
    }

    @Test
    @Spec("TLS-38")
    void itGoesOnWritingWhileReadingIsPaused() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> {
            pair.transport().pauseReading();
            pair.transport().write(bytes(MUCH));
        });
        pair.peer().send("unread");

        assertArrayEquals(bytes(MUCH), pair.peer().receive(MUCH));
        assertEquals(0, protocol.received().length);
    }

    @Test
    @Spec({"TLS-36", "READ-4"})
    void pausingStopsRecordsThatAreHereAlready() throws Exception {
        RecordingBufferedProtocol protocol = buffered(ByteBuffer.allocate(4));
        protocol.onUpdated(count -> protocol.transport().pauseReading());
        Pair pair = open(client(), protocol);

        ByteBuffer records = ByteBuffer.allocate(1000);
        for (String each : List.of("abcdef", "ghi", "jkl")) {
            records.put(pair.peer().encrypt(ascii(each)));
        }
        pair.peer().sendRaw(records.flip());
        protocol.awaitReceived(4);
        loop.settle();
        assertEquals("abcd", protocol.text(), "neither the rest of the record nor the next one");
        protocol.onUpdated(count -> {});
        loop.run(in -> pair.transport().resumeReading());

        protocol.awaitReceived(12);
        assertEquals("abcdefghijkl", protocol.text());
    }

    @Test
    @Spec("BUF-5")
    void theHintIsWhatWaitsEncrypted() throws Exception {
        RecordingBufferedProtocol protocol = buffered(ByteBuffer.allocate(64 * 1024));
        Pair pair = open(client(), protocol, "TLSv1.2"); // by the later version tickets may wait with them

        ByteBuffer one = pair.peer().encrypt(ascii("one"));
        ByteBuffer two = pair.peer().encrypt(ascii("two"));
        int waiting = one.remaining() + two.remaining();
        pair.peer().sendRaw(ByteBuffer.allocate(waiting).put(one).put(two).flip());

        protocol.awaitReceived(6);
        assertEquals(List.of("connectionMade", "getBuffer " + waiting, "bufferUpdated \"onetwo\""), protocol.calls());
    }

    @Test
    @Spec({"BUF-17", "TLS-61", "JAVA-21"})
    void theBytesEndUpInEveryKindOfBuffer() throws Exception {
        byte[] data = bytes(100_000);
        for (ByteBuffer room : List.of(
                ByteBuffer.allocate(1 << 17),
                ByteBuffer.allocateDirect(1 << 17),
                ByteBuffer.allocate(7),
                ByteBuffer.allocateDirect(1000),
                ByteBuffer.allocate(40_000).position(13).limit(39_000),
                ByteBuffer.allocate(40_000).position(13).slice())) {
            RecordingBufferedProtocol protocol = buffered(room);
            int start = room.position();
            Pair pair = open(client(), protocol);

            pair.peer().send(room.remaining() == 7 ? bytes(1000) : data);
            protocol.awaitReceived(room.remaining() == 7 ? 1000 : data.length);
            loop.run(in -> pair.transport().write(protocol.received()));

            assertArrayEquals(room.remaining() == 7 ? bytes(1000) : data, protocol.received());
            assertArrayEquals(protocol.received(), pair.peer().receive(protocol.received().length));
            assertEquals(start, room.position());
        }
    }

    @Test
    @Spec("BUF-19")
    void aSmallBufferIsFilledAgainInALaterTurn() throws Exception {
        int[] turn = {0};
        boolean[] done = {false};
        List<Integer> turns = new ArrayList<>();
        RecordingBufferedProtocol protocol = buffered(ByteBuffer.allocate(4));
        protocol.onUpdated(count -> turns.add(turn[0]));
        Pair pair = open(client(), protocol);
        loop.run(in -> countTurns(turn, done));

        pair.peer().send("0123456789abcdef");
        protocol.awaitReceived(16);
        done[0] = true;

        loop.run(in -> {
            assertEquals(4, turns.size());
            assertEquals(4, turns.stream().distinct().count(), turns::toString);
        });
    }

    private void countTurns(int[] turn, boolean[] done) {
        turn[0]++;
        if (!done[0]) {
            loop.loop().callSoon(() -> countTurns(turn, done));
        }
    }

    @Test
    @Spec({"TLS-45", "TLS-46"})
    void theProtocolCanBeExchangedForOneOfTheOtherKind() throws Exception {
        RecordingProtocol first = recorder();
        RecordingBufferedProtocol second = new RecordingBufferedProtocol(ByteBuffer.allocate(3));
        RecordingProtocol third = new RecordingProtocol();
        Pair pair = open(client(), first);
        pair.peer().send("one");
        first.awaitReceived(3);

        loop.run(in -> {
            assertSame(first, pair.transport().getProtocol());
            second.connectionMade(pair.transport()); // which no transport does
            pair.transport().setProtocol(second);
            assertSame(second, pair.transport().getProtocol());
        });
        pair.peer().send("second");
        second.awaitReceived(6);
        loop.run(in -> {
            third.connectionMade(pair.transport());
            pair.transport().setProtocol(third);
        });
        pair.peer().send("third");
        third.awaitReceived(5);
        pair.peer().close();
        third.awaitLost();

        assertEquals("one", first.text());
        assertEquals("second", second.text());
        assertFalse(first.isLost() || second.isLost());
    }

    @Test
    @Spec("TLS-47")
    void keyUpdatesAndTicketsPassUnseen() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol, "TLSv1.3");

        for (int i = 0; i < 10; i++) {
            pair.peer().engine().beginHandshake(); // after the first handshake this is an update of the keys
            pair.peer().send("ping");
            protocol.awaitReceived(4 * (i + 1));
            loop.run(in -> pair.transport().write(ascii("pong")));
            assertEquals("pong", pair.peer().receiveText(4));
        }

        assertEquals(40, protocol.received().length);
        assertFalse(protocol.isLost());
    }

    @Test
    void aPeerThatAsksForNewKeysWithoutEndAndReadsNothingIsLeft() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol, "TLSv1.3");
        loop.run(in -> pair.transport().write(bytes(MUCH)));
        protocol.awaitCall("pauseWriting");

        try {
            for (int i = 0; i < 10_000 && !protocol.isLost(); i++) {
                pair.peer().engine().beginHandshake();
                pair.peer().send("x");
            }
        } catch (IOException gone) {
            assertTrue(protocol.awaitLost().isLost(), gone::toString);
        }

        SSLException failure =
                assertInstanceOf(SSLException.class, protocol.awaitLost().cause());
        assertTrue(failure.getMessage().contains("reads nothing"), failure::getMessage);
    }

    @Test
    @Spec({"TLS-47", "TLS-48"})
    void aClientFollowsAServerThatNegotiatesAgain() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol, "TLSv1.2");

        pair.peer().send("before ");
        protocol.awaitReceived(7);
        pair.peer().handshake();
        pair.peer().send("after");
        protocol.awaitReceived(12);
        loop.run(in -> pair.transport().write(ascii("still here")));

        assertEquals("still here", pair.peer().receiveText(10));
        assertEquals("before after", protocol.text());
    }

    @Test
    @Spec("TLS-48")
    void aServerRefusesUnlessItIsToldOtherwise() throws Exception {
        RecordingProtocol refusing = recorder();
        RecordingProtocol allowing = recorder();
        TlsPeer refused =
                clientPeer(listen(server(), () -> refusing), "TLSv1.2").handshake();
        TlsPeer allowed = clientPeer(listen(server().with(TlsOptions.RENEGOTIATION, true), () -> allowing), "TLSv1.2")
                .handshake();

        allowed.handshake().send("again");
        allowing.awaitReceived(5);
        refused.engine().beginHandshake();
        refused.send("again");

        SSLException why =
                assertInstanceOf(SSLException.class, refusing.awaitLost().cause());
        assertTrue(why.getMessage().contains("refused"), why::getMessage);
        assertEquals(0, refusing.received().length);
    }

    @Test
    @Spec("JAVA-39")
    void theWorkThatTheEngineDelegatesRunsElsewhereAndCallbacksStayOnTheLoop() throws Exception {
        WatchedKeys keys = new WatchedKeys(Keys.SERVER);
        RecordingProtocol protocol = recorder(); // which notes callbacks on other threads, and nested ones
        TlsPeer peer = clientPeer(listen(server().with(TlsOptions.CONTEXT, keys.context()), () -> protocol), "TLSv1.3")
                .handshake();

        peer.send(bytes(MUCH));
        protocol.awaitReceived(MUCH);

        assertFalse(keys.threads().isEmpty());
        assertFalse(keys.threads().contains(loop.thread()), () -> keys.threads().toString());
        assertArrayEquals(bytes(MUCH), protocol.received());
    }

    @Test
    void recordsOfTheLargestSizeInPiecesOfOneByteAreUnderstood() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        ByteBuffer record = pair.peer().encrypt(bytes(16 * 1024));

        while (record.hasRemaining()) {
            int piece = record.remaining() > 300 && record.position() > 300 ? 200 : 1;
            pair.peer().sendRaw(record.slice(record.position(), piece));
            record.position(record.position() + piece);
            LockSupport.parkNanos(100_000);
        }

        protocol.awaitReceived(16 * 1024);
        assertArrayEquals(bytes(16 * 1024), protocol.received());
    }
}
