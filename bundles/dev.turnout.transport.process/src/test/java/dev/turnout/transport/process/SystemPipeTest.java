// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Says that the files of a pipe's descriptors are found, also while others open and close descriptors. */
class SystemPipeTest {

    private static void assertJoined(SystemPipe pipe) throws Exception {
        try (FileChannel writing = FileChannel.open(pipe.writeEnd(), StandardOpenOption.WRITE);
                FileChannel reading = FileChannel.open(pipe.readEnd(), StandardOpenOption.READ)) {
            ByteBuffer data = ByteBuffer.allocate(8);
            writing.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertEquals(3, pipe.pipe().source().read(data), "what the child writes comes here");
            pipe.pipe().sink().write(ByteBuffer.wrap(new byte[] {4, 5}));
            assertEquals(2, reading.read(data), "what is written here comes to the child");
        }
    }

    @Test
    void findsTheFilesOfEachPipe() throws Exception {
        List<SystemPipe> pipes = SystemPipe.open(SelectorProvider.provider(), 3);

        assertEquals(3, pipes.size());
        for (SystemPipe pipe : pipes) {
            assertJoined(pipe);
            pipe.close();
            assertFalse(pipe.pipe().source().isOpen());
        }
    }

    @Test
    void findsThemWhileOthersOpenAndCloseDescriptors() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread other = new Thread(() -> churn(over));
        other.start();
        try {
            for (int i = 0; i < 50; i++) {
                List<SystemPipe> pipes = SystemPipe.open(SelectorProvider.provider(), 2);
                assertEquals(2, pipes.size());
                for (SystemPipe pipe : pipes) {
                    assertJoined(pipe);
                    pipe.close();
                }
            }
        } finally {
            over.set(true);
            other.join();
        }
    }

    private static void churn(AtomicBoolean over) {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        try {
            while (!over.get()) {
                Pipe pipe = Pipe.open();
                open.add(pipe.source());
                open.add(pipe.sink());
                open.add(Files.newByteChannel(Path.of("/dev/null")));
                while (open.size() > 20) {
                    open.remove().close();
                }
            }
            for (AutoCloseable one : open) {
                one.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        assertTrue(over.get());
    }
}
