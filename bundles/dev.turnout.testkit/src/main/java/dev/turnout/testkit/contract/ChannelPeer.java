// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.network.Option;
import dev.turnout.testkit.LoopThread;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** Reads and writes as a peer does, over channels of the JDK that do not block. */
abstract class ChannelPeer implements Peer {

    private static final int CHUNK = 64 * 1024;
    private static final long FULL_MILLIS = 150;

    private final ReadableByteChannel in;
    private final WritableByteChannel out;

    ChannelPeer(ReadableByteChannel in, WritableByteChannel out) {
        this.in = in;
        this.out = out;
    }

    /** Waits until its channel is ready for an operation of {@link SelectionKey}, and tells whether it is. */
    abstract boolean ready(int operation, long millis) throws IOException;

    private void await(int operation, String what) throws IOException {
        if (!ready(operation, LoopThread.DEADLINE.toMillis())) {
            throw new AssertionError("the peer waited " + Option.text(LoopThread.DEADLINE) + " to " + what);
        }
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        while (data.hasRemaining()) {
            if (out.write(data) == 0) {
                await(SelectionKey.OP_WRITE, "send");
            }
        }
    }

    @Override
    public long sendUntilFull(long atMost) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(CHUNK);
        long sent = 0;
        while (sent < atMost) {
            int count = out.write(data.clear());
            if (count == 0 && !ready(SelectionKey.OP_WRITE, FULL_MILLIS)) {
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
                await(SelectionKey.OP_READ, "receive " + count + " bytes, after " + data.position());
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
                await(SelectionKey.OP_READ, "receive the end of the stream, after " + all.size() + " bytes");
            }
            all.writeBytes(Arrays.copyOf(data.array(), got));
        }
        return all.toByteArray();
    }

    @Override
    public int poll() throws IOException {
        return in.read(ByteBuffer.allocate(CHUNK));
    }
}
