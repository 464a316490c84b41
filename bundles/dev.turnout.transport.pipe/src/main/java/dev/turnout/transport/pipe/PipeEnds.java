// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.pipe;

import dev.turnout.transport.nio.Direction;
import dev.turnout.transport.nio.PolledPipe;
import dev.turnout.transport.nio.PumpedPipe;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;

/** Puts the end of a pipe into the shape that stream transports take: polled by the loop where the JDK can poll it, else pumped by a thread. */
final class PipeEnds {

    private PipeEnds() {}

    /**
     * Returns the end in that shape; it still belongs to the caller until a transport has it.
     *
     * @param pipe what users know it by
     * @throws IllegalArgumentException if it is closed, goes the other way, or is no pipe
     * @see "PIPE-2 to PIPE-5"
     */
    static SocketChannel of(Channel end, Direction direction, String name, Object pipe) throws IOException {
        if (!end.isOpen()) {
            throw new IllegalArgumentException("the pipe is closed: " + end);
        }
        if (end instanceof SocketChannel socket) {
            socket.configureBlocking(false);
            return socket;
        }
        if (end instanceof FileChannel file) {
            requirePipe(file, name);
        }
        if (direction == Direction.READ) {
            return end instanceof Pipe.SourceChannel source
                    ? PolledPipe.reading(source, name, pipe)
                    : PumpedPipe.reading((ReadableByteChannel) end, name, pipe);
        }
        return end instanceof Pipe.SinkChannel sink
                ? PolledPipe.writing(sink, null, name, pipe)
                : PumpedPipe.writing((WritableByteChannel) end, name, pipe);
    }

    /** Refuses what has a position: files and directories, and devices such as the null device, which are always ready (PIPE-2, PIPE-4). */
    private static void requirePipe(FileChannel file, String name) {
        long position;
        try {
            position = file.position();
        } catch (IOException noPosition) {
            return; // as it should be
        }
        throw new IllegalArgumentException(
                name + " is no pipe: it has a position (" + position + "), as files, directories and devices such as"
                        + " /dev/null have; open a FIFO, a terminal or a socket");
    }
}
