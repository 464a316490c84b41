// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.Recorder;
import dev.turnout.testkit.RecordingBufferedProtocol;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Says how TLS connections end: closing alerts, truncation, time-outs, failures. */
class EndingTest extends TlsCase {

    private static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");

    @Test
    @Spec({"TLS-22", "EOF-14"})
    void closeSendsWhatWaitsThenTheAlertAndWaitsForThePeersOne() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder();
            Pair pair = open(client(), protocol, version);

            loop.run(in -> {
                pair.transport().write(bytes(MUCH));
                pair.transport().close();
            });
            assertArrayEquals(bytes(MUCH), pair.peer().receive(MUCH));
            loop.settle();
            assertFalse(protocol.isLost(), "the peer has not answered yet");
            assertEquals(0, pair.peer().receiveAll().length); // and answers the alert
            assertTrue(pair.peer().isAlerted());

            assertNull(protocol.awaitLost().cause());
            assertEquals(0, protocol.count("eofReceived"));
        }
    }

    @Test
    @Spec({"TLS-22", "SERVER-35"})
    void aServerThatClosesItsClientsSaysSoInTls() throws Exception {
        RecordingProtocol protocol = recorder();
        Server server = server(server(), () -> protocol);
        TlsPeer peer = clientPeer(address(server)).handshake();
        protocol.awaitMade();

        loop.run(in -> {
            protocol.transport().write(ascii("bye"));
            server.closeClients();
        });

        assertEquals("bye", new String(peer.receiveAll(), StandardCharsets.US_ASCII));
        assertTrue(peer.isAlerted());
        assertNull(protocol.awaitLost().cause());
    }

    @Test
    @Spec("TLS-22")
    void aNetworkThatClosesSaysSoInTls() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(networks::close);
        pair.peer().receiveAll();

        assertTrue(pair.peer().isAlerted());
        assertNull(protocol.awaitLost().cause());
        closing.get(LoopThread.DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    @Spec({"TLS-23", "BASE-11"})
    void everythingWrittenBeforeCloseReachesASlowPeer() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> {
            pair.transport().write(bytes(MUCH));
            pair.transport().close();
        });
        byte[] got = new byte[MUCH];
        for (int at = 0; at < MUCH; at += MUCH / 64) {
            System.arraycopy(pair.peer().receive(MUCH / 64), 0, got, at, MUCH / 64);
            loop.run(in -> assertTrue(pair.transport().isClosing()));
        }
        pair.peer().receiveAll();

        assertArrayEquals(bytes(MUCH), got);
        assertNull(protocol.awaitLost().cause());
    }

    @Test
    @Spec("TLS-24")
    void theWholeOfClosingIsBoundedFlushingIncluded() throws Exception {
        TlsOptions hasty = client().with(TlsOptions.SHUTDOWN_TIMEOUT, Duration.ofMillis(150));
        RecordingProtocol unanswered = recorder();
        Pair silent = open(hasty, unanswered);
        RecordingProtocol stuck = recorder();
        Pair full = open(hasty, stuck);

        loop.run(in -> {
            silent.transport().close();
            full.transport().write(bytes(MUCH));
            full.transport().close();
        });
        unanswered.awaitLost();
        stuck.awaitLost();

        for (RecordingProtocol each : List.of(unanswered, stuck)) {
            TimedOutException failure = assertInstanceOf(TimedOutException.class, each.cause());
            assertTrue(failure.getMessage().contains("longer than 150ms;"), failure::getMessage);
        }
        assertEquals(Duration.ofSeconds(30), TlsOptions.DEFAULTS.get(TlsOptions.SHUTDOWN_TIMEOUT));
    }

    @Test
    @Spec({"TLS-10", "TLS-26", "TLS-60"})
    void nothingHoldsProtocolOrContextAfterTheEndHoweverLongTheTimes() throws Exception {
        WeakReference<?>[] watched = openAndEnd();

        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        for (WeakReference<?> each : watched) {
            while (each.get() != null && System.nanoTime() < deadline) {
                System.gc();
                LockSupport.parkNanos(1_000_000);
            }
            assertNull(each.get());
        }
        assertTrue(kept.toString().contains("closed"), kept::toString);
    }

    private Transport kept;

    private WeakReference<?>[] openAndEnd() throws IOException {
        SSLContext context = Keys.context(null, null, Keys.SERVER);
        boolean[] lost = {false};
        Protocol protocol = new Protocol() {
            @Override
            public void connectionLost(Throwable cause) {
                lost[0] = true;
            }
        };
        Pair pair = open(
                client().with(TlsOptions.CONTEXT, context)
                        .with(TlsOptions.HANDSHAKE_TIMEOUT, Duration.ofHours(1))
                        .with(TlsOptions.SHUTDOWN_TIMEOUT, Duration.ofHours(1)),
                protocol);
        kept = pair.transport();
        loop.run(in -> pair.transport().close());
        pair.peer().receiveAll();
        loop.until("the end", () -> lost[0]);
        return new WeakReference<?>[] {new WeakReference<>(protocol), new WeakReference<>(context)};
    }

    @Test
    @Spec("TLS-27")
    void abortSkipsAlertAndWaiting() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> pair.transport().abort());

        assertNull(protocol.awaitLost().cause());
        assertEquals(0, pair.peer().receiveAll().length);
        assertFalse(pair.peer().isAlerted());
    }

    @Test
    @Spec({"TLS-28", "EOF-6", "EOF-7"})
    void thePeersAlertIsAnEndOfStreamAndAnAutomaticClose() throws Exception {
        for (boolean keepOpen : List.of(false, true)) {
            RecordingProtocol protocol = keepOpen ? recorder().keepingOpen() : recorder();
            Pair pair = open(client(), protocol);

            try (LogCapture log = new LogCapture()) {
                pair.peer().shutdownOutput();
                protocol.awaitLost();
                loop.settle();
                assertEquals(
                        keepOpen ? 1 : 0,
                        log.warnings("half-close"),
                        () -> log.messages().toString());
            }

            assertEquals(List.of("connectionMade", "eofReceived", "connectionLost null"), protocol.trace());
            pair.peer().receiveAll();
            assertTrue(pair.peer().isAlerted(), "and it is answered");
        }
    }

    @Test
    @Spec("TLS-29")
    void whatWaitsIsStillSentAfterThePeersAlert() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder();
            Pair pair = open(client(), protocol, version);

            loop.run(in -> pair.transport().write(bytes(MUCH)));
            pair.peer().shutdownOutput();
            protocol.awaitCall("eofReceived");
            byte[] got = pair.peer().receiveAll();

            assertArrayEquals(bytes(MUCH), got, version);
            assertNull(protocol.awaitLost().cause());
        }
    }

    @Test
    @Spec({"TLS-28", "TLS-29"})
    void theAnswerToWhatCameTogetherWithThePeersAlertIsSent() throws Exception {
        for (String version : VERSIONS) {
            for (boolean intoItsBuffer : List.of(false, true)) {
                Recorder<Transport, ?> protocol = intoItsBuffer ? answeringFromItsBuffer() : answering();
                Pair pair = open(client(), protocol, version);

                pair.peer().sendRaw(withAlert(pair.peer(), "question"));

                assertEquals("question", new String(pair.peer().receiveAll(), StandardCharsets.US_ASCII), version);
                assertNull(protocol.awaitLost().cause());
                assertEquals(1, protocol.count("eofReceived"));
            }
        }
    }

    private RecordingProtocol answering() {
        RecordingProtocol protocol = recorder();
        return protocol.onData(data -> protocol.transport().write(data));
    }

    private RecordingBufferedProtocol answeringFromItsBuffer() {
        RecordingBufferedProtocol protocol = buffered(ByteBuffer.allocate(64 * 1024));
        return protocol.onUpdated(count -> protocol.transport().write(ascii("question")));
    }

    /** Encrypts a text and the closing alert, to be sent as one. */
    private static ByteBuffer withAlert(TlsPeer peer, String text) throws IOException {
        ByteBuffer both = ByteBuffer.allocate(100_000).put(peer.encrypt(ascii(text)));
        peer.engine().closeOutbound();
        peer.engine().wrap(ByteBuffer.allocate(0), both);
        return both.flip();
    }

    @Test
    @Spec("TLS-28")
    void aProtocolThatWritesAtTheEndDoesNotHinderIt() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder().onEof(transport -> transport.write(ascii("late")));
            Pair pair = open(client(), protocol, version);

            pair.peer().shutdownOutput();
            byte[] got = pair.peer().receiveAll();

            assertNull(protocol.awaitLost().cause());
            // the JDK's engine takes nothing more after the alert in TLS 1.2
            assertEquals(version.equals("TLSv1.3") ? "late" : "", new String(got, StandardCharsets.US_ASCII));
        }
    }

    @Test
    @Spec({"TLS-30", "TLS-31"})
    void anEndWithoutAlertIsAnEndAndCanBeTold() throws Exception {
        RecordingProtocol truncated = recorder();
        Pair cut = open(client(), truncated);
        RecordingProtocol whole = recorder();
        Pair ended = open(client(), whole);

        cut.peer().send("half a mess");
        truncated.awaitReceived(11);
        cut.peer().truncate();
        ended.peer().shutdownOutput();
        truncated.awaitLost();
        whole.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"half a mess\"", "eofReceived", "connectionLost null"),
                truncated.trace());
        loop.run(in -> {
            assertEquals(Optional.of(false), cut.transport().getExtraInfo(ExtraInfo.TLS_CLOSE_NOTIFY));
            assertEquals(Optional.of(true), ended.transport().getExtraInfo(ExtraInfo.TLS_CLOSE_NOTIFY));
        });
    }

    @Test
    @Spec("TLS-31")
    void withStrictCloseAnEndWithoutAlertIsAnError() throws Exception {
        TlsOptions strict = client().with(TlsOptions.STRICT_CLOSE, true);
        RecordingProtocol truncated = recorder();
        Pair cut = open(strict, truncated);
        RecordingProtocol whole = recorder();
        Pair ended = open(strict, whole);

        cut.peer().truncate();
        ended.peer().shutdownOutput();

        SSLException failure =
                assertInstanceOf(SSLException.class, truncated.awaitLost().cause());
        assertTrue(failure.getMessage().contains("truncated"), failure::getMessage);
        assertEquals(0, truncated.count("eofReceived"));
        assertNull(whole.awaitLost().cause());
    }

    @Test
    @Spec({"TLS-32", "EOF-13", "EOF-14"})
    void dataAfterTheOwnCloseIsDiscardedAndNoError() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> pair.transport().close());
        pair.peer().send(bytes(1 << 20));
        pair.peer().receiveAll();

        assertNull(protocol.awaitLost().cause());
        assertEquals(List.of("connectionMade", "connectionLost null"), protocol.trace());
    }

    @Test
    @Spec("TLS-33")
    void aPeerThatClosesWhileReadingIsPausedIsNoticedOnResume() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> pair.transport().pauseReading());
        pair.peer().send("pending");
        pair.peer().shutdownOutput();
        loop.settle();
        assertEquals(List.of("connectionMade"), protocol.trace());
        loop.run(in -> pair.transport().resumeReading());
        protocol.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"pending\"", "eofReceived", "connectionLost null"),
                protocol.trace());
    }

    @Test
    @Spec({"TLS-33", "TLS-36"})
    void anEndThatCameWithDataWaitsTooIfTheDataMadeTheProtocolPause() throws Exception {
        RecordingProtocol protocol = recorder();
        protocol.onData(data -> protocol.transport().pauseReading());
        Pair pair = open(client(), protocol);

        ByteBuffer together = pair.peer().encrypt(ascii("last words"));
        loop.run(in -> {
            pair.peer().sendRaw(together);
            pair.peer().shutdownOutput();
        });
        protocol.awaitReceived(10);
        loop.settle();
        assertEquals(0, protocol.count("eofReceived"));
        loop.run(in -> pair.transport().resumeReading());

        assertNull(protocol.awaitLost().cause());
        assertEquals(1, protocol.count("eofReceived"));
    }

    @Test
    @Spec({"TLS-34", "TLS-35", "WRITE-33", "WRITE-32"})
    void thereIsNoHalfClose() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder();
            Pair pair = open(client(), protocol, version);

            loop.run(in -> {
                assertFalse(pair.transport().canWriteEof());
                assertThrows(UnsupportedOperationException.class, pair.transport()::writeEof);
                pair.transport().write(ascii("open"));
            });

            assertEquals("open", pair.peer().receiveText(4));
        }
    }

    @Test
    @Spec({"TLS-42", "TLS-43"})
    void theLossOfTheSocketBelowIsAClosingAtOnceAndAnErrorLater() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        loop.run(in -> pair.transport().pauseReading()); // else the reset would be read
        loop.run(in -> pair.transport().write(ascii("unread")));
        pair.peer().reset();
        loop.settle();
        loop.run(in -> {
            assertFalse(pair.transport().isClosing());
            pair.transport().write(ascii("fails"));
            assertTrue(pair.transport().isClosing());
            assertEquals(0, pair.transport().getWriteBufferSize());
            assertFalse(protocol.isLost());
        });

        assertInstanceOf(IOException.class, protocol.awaitLost().cause());
    }

    @Test
    @Spec("TLS-44")
    void aCorruptedRecordEndsTheConnectionWithTheTlsError() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder();
            Pair pair = open(client(), protocol, version);

            pair.peer().send("good");
            ByteBuffer record = pair.peer().encrypt(ascii("bad"));
            record.put(record.limit() - 1, (byte) (record.get(record.limit() - 1) ^ 1));
            ByteBuffer both = ByteBuffer.allocate(1000);
            both.put(record).flip();
            pair.peer().sendRaw(both);

            assertInstanceOf(SSLException.class, protocol.awaitLost().cause());
            assertEquals("good", protocol.text());
            assertEquals(0, protocol.count("eofReceived"));
        }
    }

    @Test
    @Spec("TLS-44")
    void whatCameBeforeACorruptedRecordIsStillDelivered() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        ByteBuffer good = pair.peer().encrypt(ascii("good"));
        ByteBuffer bad = pair.peer().encrypt(ascii("bad"));
        bad.put(bad.limit() - 1, (byte) (bad.get(bad.limit() - 1) ^ 1));
        pair.peer().sendRaw(ByteBuffer.allocate(1000).put(good).put(bad).flip());

        assertInstanceOf(SSLException.class, protocol.awaitLost().cause());
        assertEquals("good", protocol.text());
    }

    @Test
    @Spec("TLS-44")
    void aStreamThatAFailureCutsNeverEndsWithTheClosingAlert() throws Exception {
        byte[] longer = Arrays.copyOf(new byte[] {23, 3, 3, -1, -1}, 100);
        byte[] negotiating = Arrays.copyOf(new byte[] {22, 3, 3, 0, 60}, 65);
        byte[] wrong = Arrays.copyOf(new byte[] {23, 3, 3, 0, 60}, 65);
        for (String version : VERSIONS) {
            for (byte[] junk : List.of(
                    ascii("GET / HTTP/1.0\r\n\r\n"),
                    ascii("X".repeat(16)),
                    longer,
                    negotiating,
                    wrong,
                    ascii("AAAAA"))) { // a header, and nothing after it
                RecordingProtocol protocol = recorder();
                TlsPeer peer =
                        clientPeer(listen(server(), () -> protocol), version).handshake();
                protocol.awaitMade();
                loop.run(in -> protocol.transport().write(ascii("the first half")));

                assertEquals("the first half", peer.receiveText(14));
                peer.sendRaw(ByteBuffer.wrap(junk));

                assertInstanceOf(SSLException.class, protocol.awaitLost().cause());
                assertNotEquals("closed", ending(peer), () -> version + " after " + Arrays.toString(junk));
            }
        }
    }

    @Test
    void aClientWhoseStreamAFailureCutsSendsNoClosingAlert() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder();
            Pair pair = open(client(), protocol, version);

            pair.peer().sendRaw(ByteBuffer.wrap(ascii("X".repeat(16))));

            assertInstanceOf(SSLException.class, protocol.awaitLost().cause());
            assertNotEquals("closed", ending(pair.peer()), version);
        }
    }

    @Test
    void aCallbackThatFailsSendsNoClosingAlert() throws Exception {
        for (String version : VERSIONS) {
            RecordingProtocol protocol = recorder().onData(data -> {
                throw new SSLException("of the protocol");
            });
            Pair pair = open(client(), protocol, version);

            pair.peer().send("x");

            assertInstanceOf(SSLException.class, protocol.awaitLost().cause());
            assertNotEquals("closed", ending(pair.peer()), version);
            assertEquals(1, loop.reports().size());
            loop.reports().clear();
        }
    }

    /** Returns how the stream ended for the peer: by the closing alert, by one that tells of a failure, or cut. */
    private static String ending(TlsPeer peer) {
        try {
            peer.receiveAll();
            return peer.isAlerted() ? "closed" : "cut";
        } catch (SSLException e) {
            return "alert: " + e.getMessage();
        } catch (IOException e) {
            return "cut: " + e.getMessage();
        }
    }

    @Test
    @Spec("TLS-41")
    void writesAfterTheEndAreDroppedAndCounted() throws Exception {
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        try (LogCapture log = new LogCapture()) {
            loop.run(in -> {
                pair.transport().close();
                for (int i = 0; i < 5; i++) {
                    pair.transport().write(ascii("dropped"));
                }
                assertEquals(0, log.warnings("dropped"));
                pair.transport().write(ascii("dropped"));
                assertEquals(0, pair.transport().getWriteBufferSize());
            });
            assertEquals(1, log.warnings("dropped"), () -> log.messages().toString());
        }

        assertEquals(0, pair.peer().receiveAll().length);
        assertNull(protocol.awaitLost().cause());
    }

    @Test
    @Spec("TLS-3")
    void aBaseTransportOfAProtocolThatNeverBeganIsNotTold() throws Exception {
        Protocol quiet = new Protocol() {
            @Override
            public void connectionMade(BaseTransport transport) {
                throw new AssertionError("the handshake failed");
            }

            @Override
            public void connectionLost(Throwable cause) {
                throw new AssertionError("it never began");
            }
        };
        var address = listen(server().with(TlsOptions.CLIENT_AUTH, "need"), () -> quiet);
        TlsPeer peer = clientPeer(address, "TLSv1.2");

        assertThrows(IOException.class, peer::handshake);
        peer.close();
        loop.settle();

        assertEquals(1, failedHandshakes());
    }
}
