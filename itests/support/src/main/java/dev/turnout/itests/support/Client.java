// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Talks to a server from outside, by a plain socket of the JDK; no call waits longer than {@link Await#PATIENCE}. */
public final class Client implements AutoCloseable {

    private static final long FULL_MILLIS = 300;
    private static final int CHUNK = 64 * 1024;

    private final SocketChannel channel;
    private final Selector selector;

    private Client(SocketAddress address) throws IOException {
        channel = SocketChannel.open(address);
        selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    /** Connects to a port of the loopback address. */
    public static Client tcp(int port) throws IOException {
        return new Client(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** Connects to a unix socket. */
    public static Client unix(Path path) throws IOException {
        return new Client(UnixDomainSocketAddress.of(path));
    }

    /** Tells whether nobody listens at a port of the loopback address. */
    public static boolean isRefused(int port) {
        try {
            tcp(port).close();
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    /** Sends a text and returns as many bytes as it has, as the answer. */
    public String exchange(String text) throws IOException {
        ByteBuffer out = StandardCharsets.UTF_8.encode(text);
        int count = out.remaining();
        while (out.hasRemaining()) {
            channel.write(out); // a few bytes, which fit into any socket's buffer
        }
        return receive(count);
    }

    /** Receives so many bytes, or fewer if no more come. */
    public String receive(int count) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(count);
        while (in.hasRemaining() && read(in) >= 0) {
            // until all is there, or no more comes
        }
        return StandardCharsets.UTF_8.decode(in.flip()).toString();
    }

    /** Sends zeros until the system takes no more, as nobody reads on this side, and returns how many it took. */
    public long fill() throws IOException {
        long sent = 0;
        for (long more = -1; more != 0; sent += more) {
            more = channel.write(ByteBuffer.allocate(CHUNK));
            if (more == 0 && canWriteSoon()) {
                more = channel.write(ByteBuffer.allocate(CHUNK));
            }
        }
        return sent;
    }

    private boolean canWriteSoon() throws IOException {
        channel.keyFor(selector).interestOps(SelectionKey.OP_WRITE);
        boolean can = selector.select(FULL_MILLIS) > 0;
        selector.selectedKeys().clear();
        channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
        return can;
    }

    /** Receives up to the end, which may be a reset, and returns how many bytes came. */
    public long drain() throws IOException {
        ByteBuffer in = ByteBuffer.allocate(CHUNK);
        long received = 0;
        try {
            for (int more = read(in); more >= 0; more = read(in.clear())) {
                received += more;
            }
        } catch (SocketException reset) {
            return received;
        }
        return received;
    }

    /** Tells whether the peer has ended the connection, waiting for it. */
    public boolean ended() throws IOException {
        try {
            return read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private int read(ByteBuffer in) throws IOException {
        if (selector.select(Await.PATIENCE.toMillis()) == 0) {
            throw new AssertionError("neither a byte nor the end came within " + Await.PATIENCE);
        }
        selector.selectedKeys().clear();
        return channel.read(in);
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
