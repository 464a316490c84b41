// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void aFileThatTheOwnCloseCutsShortIsNoSuccess() throws Exception {
        FileChannel file = file(MUCH);
        RecordingProtocol protocol = recorder();
        Pair pair = open(client(), protocol);

        CompletionStage<Long> sending = loop.call(() -> {
            pair.transport().setWriteBufferLimits(1L << 40);
            pair.transport().write(bytes(MUCH)); // keeps it from ending before the file is read
            CompletionStage<Long> begun = networks.network().sendfile(pair.transport(), file, 0, -1, true);
            pair.transport().close();
            return begun;
        });
        ConnectionAbortedException failure = failure(ConnectionAbortedException.class, sending);

        assertTrue(failure.getMessage().contains("closed"), failure::getMessage);
        assertEquals(0, file.position());
        assertArrayEquals(bytes(MUCH), pair.peer().receiveAll());
        assertNull(protocol.awaitLost().cause());
    }
}
