// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Says how files go through TLS, which the system cannot send. */
class FileTest extends TlsCase {

    @TempDir
    Path folder;

    private FileChannel file(int bytes) throws IOException {
        FileChannel file = FileChannel.open(Files.write(folder.resolve("f"), bytes(bytes)));
        open.push(file);
        return file;
    }

    @Test
    @Spec({"FILE-4", "FILE-2", "FILE-3", "FILE-9"})
    void aFileIsEncryptedPieceByPiece() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        CompletionStage<Long> sending = loop.call(() -> {
            pair.transport().write(ascii("["));
            return networks.network()
                    .sendfile(pair.transport(), file, 10, -1, true)
                    .whenComplete((sent, failure) -> pair.transport().write(ascii("]")));
        });
        byte[] got = pair.peer().receive(MUCH - 10 + 2);

        assertEquals(MUCH - 10, loop.join(sending, "the file"));
        assertEquals('[', got[0]);
        assertArrayEquals(Arrays.copyOfRange(bytes(MUCH), 10, MUCH), Arrays.copyOfRange(got, 1, got.length - 1));
        assertEquals(']', got[got.length - 1]);
        loop.run(in -> assertSame(protocol, pair.transport().getProtocol()));
    }

    private CompletionStage<Long> sending(Transport transport, FileChannel file) {
        return loop.call(() -> networks.network().sendfile(transport, file, 0, -1, true));
    }

    /** Waits until a file of {@link #MUCH} bytes is on its way and the peer, who reads nothing, is in the way. */
    private void awaitMiddle(CompletionStage<Long> sending) {
        loop.settle();
        loop.settle();
        assertFalse(sending.toCompletableFuture().isDone(), "the file is longer than all buffers");
    }

    @Test
    @Spec({"FILE-3", "FILE-4"})
    void nothingElseIsSentDuringAFile() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        Transport transport = pair.transport();
        CompletionStage<Long> sending = sending(transport, file);
        awaitMiddle(sending);

        loop.run(in -> {
            String text = "cannot write during a sendfile on " + transport + "; wait for its completion";
            refused(text, () -> transport.write(ascii("W")));
            refused(text, () -> transport.write(ByteBuffer.wrap(ascii("W"))));
            refused(text, () -> transport.writeOwned(ByteBuffer.wrap(ascii("W"))));
            refused(text, () -> transport.writelines(List.of(ByteBuffer.wrap(ascii("W")))));
            refused(
                    "cannot send a file on " + transport + " during another sendfile",
                    () -> networks.network().sendfile(transport, file, 0, -1, true));
            refused(
                    "cannot upgrade " + transport + " during a sendfile",
                    () -> networks.network().startTls(transport, protocol, client(), false, new byte[0]));
            assertSame(protocol, transport.getProtocol());
        });
        byte[] got = pair.peer().receive(MUCH);
        loop.join(sending, "the file");
        loop.run(in -> transport.write(ascii("after")));

        assertArrayEquals(bytes(MUCH), got);
        assertEquals("after", pair.peer().receiveText(5));
    }

    private static void refused(String text, Executable operation) {
        assertEquals(text, assertThrows(IllegalStateException.class, operation).getMessage());
    }

    @Test
    @Spec({"FILE-12", "FILE-13"})
    void oneOfTwoFilesOfOneTurnIsRefusedAndTheConnectionGoesOn() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        CompletionStage<Long> sending = loop.call(() -> {
            CompletionStage<Long> first = networks.network().sendfile(pair.transport(), file, 0, -1, true);
            assertThrows(
                    IllegalStateException.class,
                    () -> networks.network().sendfile(pair.transport(), file, 0, 100, true));
            return first;
        });
        byte[] got = pair.peer().receive(MUCH);

        assertEquals(MUCH, loop.join(sending, "the file"));
        assertArrayEquals(bytes(MUCH), got);
        pair.peer().send(ascii("x"));
        assertEquals("x", protocol.awaitReceived(1).text());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Spec({"FILE-12", "FILE-13"})
    void theProtocolIsLeftAloneDuringAFile(boolean reading) throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        if (!reading) {
            loop.run(in -> pair.transport().pauseReading());
        }
        CompletionStage<Long> sending = sending(pair.transport(), file);
        pair.peer().send(ascii("x"));
        awaitMiddle(sending);
        List<String> during = protocol.trace();
        pair.peer().receive(MUCH);
        loop.join(sending, "the file");
        loop.settle();

        assertEquals(List.of("connectionMade"), during);
        loop.run(in -> assertEquals(reading, pair.transport().isReading()));
        assertEquals(reading ? 1 : 0, protocol.received().length);
        loop.run(in -> pair.transport().resumeReading());
        assertEquals("x", protocol.awaitReceived(1).text());
        assertEquals(0, protocol.count("pauseWriting"), "the file is no matter of flow control");
    }

    @Test
    @Spec("FILE-13")
    void aPauseThatAFileFoundIsResolved() throws Exception {
        FileChannel file = file(1000);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        CompletionStage<Long> sending = loop.call(() -> {
            pair.transport().write(bytes(MUCH));
            assertEquals(1, protocol.count("pauseWriting"));
            return networks.network().sendfile(pair.transport(), file, 0, -1, true);
        });
        byte[] got = pair.peer().receive(MUCH + 1000);

        assertEquals(1000, loop.join(sending, "the file"));
        assertArrayEquals(bytes(1000), Arrays.copyOfRange(got, MUCH, got.length));
        assertEquals(1, protocol.count("pauseWriting"));
        assertEquals(1, protocol.count("resumeWriting"));
    }

    @Test
    @Spec({"TLS-45", "TLS-46"})
    void aProtocolThatComesDuringAFileGetsWhatFollows() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol old = recorder();
        Pair pair = open(client(), old);
        RecordingProtocol next = new RecordingProtocol();
        CompletionStage<Long> sending = sending(pair.transport(), file);
        awaitMiddle(sending);

        loop.run(in -> {
            pair.transport().setProtocol(next);
            assertSame(next, pair.transport().getProtocol());
        });
        byte[] got = pair.peer().receive(MUCH);
        assertEquals(MUCH, loop.join(sending, "the file"));
        pair.peer().send(ascii("hello"));
        next.awaitReceived(5);
        loop.run(in -> {
            assertTrue(pair.transport().isReading());
            pair.transport().abort();
        });

        assertArrayEquals(bytes(MUCH), got);
        assertNull(next.awaitLost().cause());
        assertEquals(List.of("dataReceived \"hello\"", "connectionLost null"), next.trace());
        assertEquals(List.of("connectionMade"), old.trace());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    @Spec("FILE-6")
    void closeWaitsForTheFile(String version) throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol, version);
        CompletionStage<Long> sending = sending(pair.transport(), file);
        awaitMiddle(sending);

        loop.run(in -> {
            pair.transport().close();
            refused(
                    "cannot send a file: the transport is closing: " + pair.transport(),
                    () -> networks.network().sendfile(pair.transport(), file, 0, -1, true));
            pair.transport().write(ascii("dropped"));
        });
        byte[] got = pair.peer().receiveAll();

        assertEquals(MUCH, loop.join(sending, "the file"));
        assertArrayEquals(bytes(MUCH), got);
        assertNull(protocol.awaitLost().cause());
        assertEquals(List.of("connectionMade", "connectionLost null"), protocol.trace());
    }

    @Test
    @Spec({"FILE-9", "FILE-10"})
    void anAbortFailsTheFileAtOnce() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        CompletionStage<Long> sending = sending(pair.transport(), file);
        pair.peer().receive(1); // the first piece is read by another thread
        awaitMiddle(sending);

        loop.run(in -> {
            pair.transport().abort();
            assertTrue(sending.toCompletableFuture().isCompletedExceptionally());
        });

        failure(ConnectionAbortedException.class, sending);
        assertTrue(file.position() > 0 && file.position() < MUCH, "position " + file.position());
        assertNull(protocol.awaitLost().cause());
        assertEquals(1, protocol.count("connectionLost"));
    }

    @Test
    @Spec("FILE-10")
    void aPeerThatGoesAwayFailsTheFile() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        CompletionStage<Long> sending = sending(pair.transport(), file);
        awaitMiddle(sending);

        pair.peer().reset();

        failure(IOException.class, sending);
        protocol.awaitLost();
        assertEquals(1, protocol.count("connectionLost"));
    }

    @Test
    @Spec("JAVA-8")
    void aFileStopsWhenCancelled() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);
        CompletionStage<Long> sending = sending(pair.transport(), file);
        awaitMiddle(sending);

        sending.toCompletableFuture().cancel(false);
        loop.settle();
        loop.run(in -> {
            pair.transport().write(ascii("going on"));
            pair.transport().close();
        });
        byte[] got = pair.peer().receiveAll();

        int end = got.length - 8;
        assertEquals("going on", new String(got, end, 8, StandardCharsets.US_ASCII));
        assertArrayEquals(Arrays.copyOf(bytes(MUCH), end), Arrays.copyOf(got, end));
        assertEquals(end, file.position());
    }

    @Test
    void aFileThatCannotBeReadLeavesTheConnection() throws Exception {
        FileChannel file = file(MUCH);
        Pair pair = open(client(), recorder());
        CompletionStage<Long> sending = sending(pair.transport(), file);
        awaitMiddle(sending);

        file.close();
        loop.run(in ->
                assertThrows(IllegalStateException.class, () -> pair.transport().write(ascii("too early"))));
        byte[] first = pair.peer().receive(64 * 1024);
        while (!sending.toCompletableFuture().isDone()) {
            pair.peer().receive(1);
        }
        failure(ClosedChannelException.class, sending);
        loop.run(in -> {
            pair.transport().write(ascii("going on"));
            pair.transport().close();
        });
        byte[] got = pair.peer().receiveAll();

        assertArrayEquals(Arrays.copyOf(bytes(MUCH), 64 * 1024), Arrays.copyOf(first, 64 * 1024));
        assertEquals("going on", new String(got, got.length - 8, 8, StandardCharsets.US_ASCII));
    }

    @Test
    void aPeerThatNegotiatesAgainDoesNotStopAFile() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol, "TLSv1.2");
        TlsPeer peer = pair.peer();
        AtomicReference<CompletionStage<Long>> sending = new AtomicReference<>();
        protocol.onData(data -> sending.set(networks.network().sendfile(pair.transport(), file, 0, -1, true)));

        ByteBuffer request = peer.encrypt(ascii("x"));
        ByteBuffer hello = peer.hello();
        peer.sendRaw(ByteBuffer.allocate(request.remaining() + hello.remaining())
                .put(request)
                .put(hello)
                .flip());
        peer.handshake();
        byte[] got = peer.receive(MUCH);

        assertArrayEquals(bytes(MUCH), got);
        assertEquals(MUCH, loop.join(sending.get(), "the file"));
    }

    @Test
    @Spec({"FILE-5", "FILE-14"})
    void piecesNeedLeaveAndAnEmptyFileHasNone() throws Exception {
        FileChannel file = file(0);
        Pair pair = open(client(), recorder());

        failure(
                UnsupportedOperationException.class,
                loop.call(() -> networks.network().sendfile(pair.transport(), file, 0, -1, false)));

        assertEquals(0, loop.join(sending(pair.transport(), file), "the empty file"));
    }
}
