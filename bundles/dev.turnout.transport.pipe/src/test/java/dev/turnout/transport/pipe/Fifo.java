// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.testkit.LoopThread;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** Is a FIFO in a folder of its own, removed after the test. */
final class Fifo implements AutoCloseable {

    private final Path folder = Files.createTempDirectory("fifo");
    private final Path path = folder.resolve("f");

    Fifo() throws Exception {
        make();
    }

    /** Makes it, at its path. */
    void make() throws Exception {
        Process maker =
                new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
        assertEquals(true, maker.waitFor(LoopThread.DEADLINE.toMillis(), TimeUnit.MILLISECONDS), "mkfifo ended");
        assertEquals(0, maker.exitValue(), "mkfifo " + path);
    }

    Path path() {
        return path;
    }

    /** Opens both ends, which no system call has to wait for. */
    Ends open() throws IOException {
        FileChannel keeper = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Ends ends = new Ends(
                FileChannel.open(path, StandardOpenOption.READ), FileChannel.open(path, StandardOpenOption.WRITE));
        keeper.close();
        return ends;
    }

    /**
     * Holds the two ends.
     *
     * @param reading the reading end
     * @param writing the writing end
     */
    record Ends(FileChannel reading, FileChannel writing) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            reading.close();
            writing.close();
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
        Files.delete(folder);
    }
}
