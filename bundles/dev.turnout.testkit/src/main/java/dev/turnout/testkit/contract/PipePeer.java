// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.testkit.LoopThread;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;

/** Is a peer over one end each of two pipes of the JDK, which have no addresses and cannot be reset. */
public final class PipePeer implements Peer {

    private static final int CHUNK = 64 * 1024;
    private static final long FULL_MILLIS = 150;

    private final Pipe.SourceChannel in;
    private final Pipe.SinkChannel out;

    /** Takes over one end each. */
    public PipePeer(Pipe.SourceChannel in, Pipe.SinkChannel out) throws IOException {
        this.in = in;
        this.out = out;
        in.configureBlocking(false);
        out.configureBlocking(false);
    }

    private static boolean ready(SelectableChannel channel, int ops, long millis) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, ops);
            return selector.select(millis) > 0;
        }
    }

    private static void await(SelectableChannel channel, int ops, String what) throws IOException {
        if (!ready(channel, ops, LoopThread.DEADLINE.toMillis())) {
            throw new AssertionError("the peer waited " + LoopThread.DEADLINE + " to " + what);
        }
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        while (data.hasRemaining()) {
            if (out.write(data) == 0) {
                await(out, SelectionKey.OP_WRITE, "send");
            }
        }
    }

    @Override
    public long sendUntilFull(long atMost) throws IOException {
        long sent = 0;
        while (sent < atMost) {
            int count = out.write(ByteBuffer.allocate(CHUNK));
            if (count == 0 && !ready(out, SelectionKey.OP_WRITE, FULL_MILLIS)) {
                return sent;
            }
            sent += count;
        }
        return sent;
    }

    @Override
    public byte[] receive(int count) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(count);
        while (data.hasRemaining()) {
            int got = in.read(data);
            if (got < 0) {
                throw new EOFException("the stream ended after " + data.position() + " of " + count + " bytes");
            }
            if (got == 0) {
                await(in, SelectionKey.OP_READ, "receive " + count + " bytes, after " + data.position());
            }
        }
        return data.array();
    }

    @Override
    public byte[] receiveAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer data = ByteBuffer.allocate(CHUNK);
        int got;
        while ((got = in.read(data.clear())) >= 0) {
            if (got == 0) {
                await(in, SelectionKey.OP_READ, "receive the end of the stream, after " + all.size() + " bytes");
            }
            all.writeBytes(Arrays.copyOf(data.array(), got));
        }
        return all.toByteArray();
    }

    @Override
    public int poll() throws IOException {
        return in.read(ByteBuffer.allocate(CHUNK));
    }

    @Override
    public SocketAddress getsockname() {
        throw new UnsupportedOperationException("pipes have no addresses");
    }

    @Override
    public SocketAddress getpeername() {
        throw new UnsupportedOperationException("pipes have no addresses");
    }

    @Override
    public void shutdownOutput() throws IOException {
        out.close();
    }

    @Override
    public void reset() {
        throw new UnsupportedOperationException("pipes cannot be reset");
    }

    @Override
    public void close() throws IOException {
        out.close();
        in.close();
    }
}
