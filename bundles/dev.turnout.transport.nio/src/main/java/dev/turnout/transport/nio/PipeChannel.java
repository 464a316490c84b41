// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Is one end of a pipe, or one end each of two pipes of opposite directions, in the shape that stream transports know: a channel without addresses and
 * options that cannot be connected. Thread: the loop's, apart from closing.
 *
 * @see "JAVA-35"
 */
public abstract class PipeChannel extends SocketChannel implements ReadySource {

    private final String name;
    private final Object pipe;

    PipeChannel(SelectorProvider provider, String name, Object pipe) {
        super(provider);
        this.name = name;
        this.pipe = pipe;
    }

    /** Makes one channel of a reading and a writing one of the same sort, which must not be used by themselves any more. */
    public static PipeChannel join(PipeChannel reading, PipeChannel writing, String name) throws IOException {
        return reading instanceof PolledPipe in && writing instanceof PolledPipe out
                ? PolledPipe.join(in, out, name)
                : PumpedPipe.join((PumpedPipe) reading, (PumpedPipe) writing, name);
    }

    /** Returns what the user knows this pipe by, for extra info: the channel handed in, or the path. */
    public final Object pipe() {
        return pipe;
    }

    /** Reads what is there: the number of bytes, 0 for none yet, -1 at the end of the stream. */
    @Override
    public abstract int read(ByteBuffer target) throws IOException;

    @Override
    public final long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].hasRemaining()) {
                return read(targets[i]);
            }
        }
        return 0;
    }

    /** Writes what there is room for, possibly nothing; what is not written is offered again, first, in the next call. */
    @Override
    public abstract int write(ByteBuffer data) throws IOException;

    /** Ends the writing end: the other side reads the end of the stream. The reading end, if there is one, goes on. */
    @Override
    public abstract PipeChannel shutdownOutput() throws IOException;

    @Override
    public final PipeChannel shutdownInput() {
        throw none("be shut down for reading");
    }

    @Override
    public final SocketChannel bind(SocketAddress local) {
        throw none("be bound");
    }

    @Override
    public final boolean connect(SocketAddress remote) {
        throw none("be connected");
    }

    @Override
    public final boolean finishConnect() {
        return true;
    }

    @Override
    public final boolean isConnected() {
        return true;
    }

    @Override
    public final boolean isConnectionPending() {
        return false;
    }

    @Override
    public final Socket socket() {
        throw none("be used as a socket");
    }

    @Override
    public final @Nullable SocketAddress getRemoteAddress() {
        return null;
    }

    @Override
    public final @Nullable SocketAddress getLocalAddress() {
        return null;
    }

    @Override
    public final <T> SocketChannel setOption(SocketOption<T> option, T value) {
        throw none("have option " + option);
    }

    @Override
    public final <T> T getOption(SocketOption<T> option) {
        throw none("have option " + option);
    }

    @Override
    public final Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        if (block) {
            throw none("block");
        }
    }

    private UnsupportedOperationException none(String what) {
        return new UnsupportedOperationException("a pipe cannot " + what + ": " + this);
    }

    @Override
    public final String toString() {
        return name;
    }
}
