// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.testkit.LoopThread;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** Is a peer over a plain channel of the JDK. */
public final class SocketPeer implements Peer {

    private static final int CHUNK = 64 * 1024;
    private static final long FULL_MILLIS = 150;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    /** Takes over a connected channel. */
    public SocketPeer(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, 0);
    }

    /** Returns the channel. */
    public SocketChannel channel() {
        return channel;
    }

    private boolean ready(int ops, long millis) throws IOException {
        key.interestOps(ops);
        boolean ready = selector.select(millis) > 0;
        selector.selectedKeys().clear();
        return ready;
    }

    private void await(int ops, String what) throws IOException {
        if (!ready(ops, LoopThread.DEADLINE.toMillis())) {
            throw new AssertionError("the peer waited " + LoopThread.DEADLINE + " to " + what);
        }
    }

    @Override
    public void send(byte[] bytes) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        while (data.hasRemaining()) {
            if (channel.write(data) == 0) {
                await(SelectionKey.OP_WRITE, "send");
            }
        }
    }

    @Override
    public long sendUntilFull(long atMost) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(CHUNK);
        long sent = 0;
        while (sent < atMost) {
            int count = channel.write(data.clear());
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
            int got = channel.read(data);
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
        while ((got = channel.read(data.clear())) >= 0) {
            if (got == 0) {
                await(SelectionKey.OP_READ, "receive the end of the stream, after " + all.size() + " bytes");
            }
            all.writeBytes(Arrays.copyOf(data.array(), got));
        }
        return all.toByteArray();
    }

    @Override
    public int poll() throws IOException {
        return channel.read(ByteBuffer.allocate(CHUNK));
    }

    @Override
    public SocketAddress getsockname() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public SocketAddress getpeername() throws IOException {
        return channel.getRemoteAddress();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void reset() throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)
                && channel.getLocalAddress() instanceof java.net.InetSocketAddress) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } // a unix socket is reset by closing it with unread bytes
        close();
    }

    @Override
    public void close() throws IOException {
        selector.close(); // first: the JDK ends the stream of a channel that a selector knows before it closes it
        channel.close();
    }
}
