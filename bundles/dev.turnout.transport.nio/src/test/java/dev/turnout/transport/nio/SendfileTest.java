// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendfileTest {

    private static final int SIZE = 5_000_000;

    private final RecordingProtocol protocol = new RecordingProtocol();
    private final byte[] content = new byte[SIZE];
    private Pair pair;
    private FileChannel file;

    @TempDir
    Path folder;

    @BeforeEach
    void open() throws Exception {
        new Random(4711).nextBytes(content);
        Path path = folder.resolve("content");
        Files.write(path, content);
        file = FileChannel.open(path);
        pair = new Pair(protocol);
    }

    @AfterEach
    void close() throws Exception {
        pair.close();
        file.close();
    }

    private CompletableFuture<Long> send(long offset, long count) {
        return pair.loop
                .call(() -> pair.transport.sendfile(file, offset, count))
                .toCompletableFuture();
    }

    private long sent(CompletionStage<Long> sending) {
        return pair.loop.join(sending, "the sendfile");
    }

    @Test
    @Spec({"FILE-1", "FILE-2", "FILE-9", "FILE-11", "JAVA-40"})
    void sendsAPartAndAnswersItsSize() throws Exception {
        CompletableFuture<Long> sending = send(1_000, 4_000_000);

        byte[] received = pair.peer.receive(4_000_000);

        assertEquals(4_000_000, sent(sending));
        assertArrayEquals(Arrays.copyOfRange(content, 1_000, 4_001_000), received);
        assertEquals(4_001_000, file.position());
        pair.peer.close();
        assertEquals(null, protocol.awaitLost().cause());
    }

    @Test
    @Spec("FILE-2")
    void sendsAllUpToTheEnd() throws Exception {
        CompletableFuture<Long> sending = send(SIZE - 10, -1);

        byte[] received = pair.peer.receive(10);

        assertEquals(10, sent(sending));
        assertArrayEquals(Arrays.copyOfRange(content, SIZE - 10, SIZE), received);
    }

    @Test
    @Spec({"FILE-3", "WRITE-20"})
    void keepsTheOrderOfWritesBeforeAndAfter() throws Exception {
        long before = pair.fill();
        CompletionStage<Long> sending = pair.loop.call(() -> {
            CompletionStage<Long> stage = pair.transport.sendfile(file, 0, -1);
            assertThrows(IllegalStateException.class, () -> pair.transport.write(new byte[1]));
            assertThrows(IllegalStateException.class, () -> pair.transport.sendfile(file, 0, -1));
            return stage.thenApply(count -> {
                pair.transport.write("after".getBytes(StandardCharsets.UTF_8));
                return count;
            });
        });

        byte[] first = pair.peer.receive((int) before);
        byte[] second = pair.peer.receive(SIZE);
        String third = pair.peer.receiveText(5);

        assertArrayEquals(new byte[(int) before], first);
        assertArrayEquals(content, second);
        assertEquals("after", third);
        assertEquals(SIZE, sent(sending));
    }

    @Test
    @Spec("FILE-6")
    void refusesAClosingTransport() {
        assertThrows(
                IllegalStateException.class,
                () -> pair.loop.run(on -> {
                    pair.transport.close();
                    pair.transport.sendfile(file, 0, -1);
                }));
    }

    @Test
    @Spec({"FILE-10", "FILE-9", "CB-13"})
    void failsIfThePeerClosesInTheMiddle() throws Exception {
        CompletableFuture<Long> sending = send(0, -1);
        pair.peer.receive(10_000);

        pair.peer.close();

        assertThrows(IOException.class, () -> sent(sending));
        assertInstanceOf(IOException.class, protocol.awaitLost().cause());
        assertTrue(file.position() >= 10_000 && file.position() < SIZE, "position " + file.position());
        pair.assertNoReports();
    }

    @Test
    @Spec("FILE-10")
    void failsIfTheConnectionIsAborted() throws Exception {
        CompletableFuture<Long> sending = send(0, -1);

        pair.loop.run(on -> pair.transport.abort());

        assertThrows(IOException.class, () -> sent(sending));
        assertEquals(null, protocol.awaitLost().cause());
    }

    @Test
    @Spec("FILE-12")
    void readsNothingMeanwhileAndGoesOnAfterwards() throws Exception {
        CompletableFuture<Long> sending = send(0, -1);
        pair.peer.send("unread");
        pair.loop.settle();
        assertEquals(0, protocol.received().length);

        pair.peer.receive(SIZE);
        sent(sending);

        assertEquals("unread", protocol.awaitReceived(6).text());
    }

    @Test
    @Spec("FILE-12")
    void leavesReadingPausedIfItWas() throws Exception {
        pair.loop.run(on -> pair.transport.pauseReading());
        CompletableFuture<Long> sending = send(0, 1_000);
        pair.peer.send("unread");
        pair.peer.receive(1_000);
        sent(sending);
        pair.loop.settle();

        assertEquals(0, protocol.received().length);
        assertFalse(pair.loop.call(pair.transport::isReading));
    }

    @Test
    @Spec("FILE-14")
    void answersZeroForAnEmptyFile() throws Exception {
        try (FileChannel empty = FileChannel.open(Files.createFile(folder.resolve("empty")))) {
            CompletionStage<Long> sending = pair.loop.call(() -> pair.transport.sendfile(empty, 0, -1));

            assertEquals(0, sent(sending));
        }
    }

    @Test
    @Spec("BASE-4")
    void finishesBeforeTheTransportCloses() throws Exception {
        CompletableFuture<Long> sending = send(0, -1);
        pair.loop.run(on -> pair.transport.close());

        byte[] received = pair.peer.receiveAll();

        assertArrayEquals(content, received);
        assertEquals(SIZE, sent(sending));
        assertEquals(null, protocol.awaitLost().cause());
    }

    @Test
    void keepsTheConnectionIfTheFileFails() throws Exception {
        CompletableFuture<Long> sending = send(0, -1);
        pair.loop.run(on -> file.close());
        long got = 0;
        while (!sending.isDone()) {
            got += Math.max(0, pair.peer.poll());
        }
        pair.loop.run(on -> pair.transport.write("going on".getBytes(StandardCharsets.UTF_8)));
        pair.loop.run(on -> pair.transport.close());
        got += pair.peer.receiveAll().length;

        assertThrows(IOException.class, () -> sent(sending));
        assertTrue(got >= 8 && got < SIZE, "received " + got);
        assertEquals(null, protocol.awaitLost().cause());
    }

    @Test
    @Spec("JAVA-8")
    void stopsWhenCancelled() throws Exception {
        CompletableFuture<Long> sending = send(0, -1);

        sending.cancel(false);
        pair.loop.settle();
        pair.loop.run(on -> pair.transport.write("going on".getBytes(StandardCharsets.UTF_8)));
        pair.loop.run(on -> pair.transport.close());
        byte[] received = pair.peer.receiveAll();

        assertTrue(received.length < SIZE, "received " + received.length);
        assertTrue(new String(received, StandardCharsets.ISO_8859_1).endsWith("going on"));
    }
}
