// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Talks to a server from outside, by a plain socket of the JDK; no call takes longer than ten seconds. */
public final class Client implements AutoCloseable {

    private static final long TIMEOUT_MILLIS = TimeUnit.SECONDS.toMillis(10);

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

    /** Sends a text and returns as many bytes as it has, as the answer. */
    public String exchange(String text) throws IOException {
        ByteBuffer out = StandardCharsets.UTF_8.encode(text);
        ByteBuffer in = ByteBuffer.allocate(out.remaining());
        while (out.hasRemaining()) {
            channel.write(out); // a few bytes, which fit into any socket's buffer
        }
        while (in.hasRemaining() && read(in) >= 0) {
            // until all is there, or no more comes
        }
        return StandardCharsets.UTF_8.decode(in.flip()).toString();
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
        if (selector.select(TIMEOUT_MILLIS) == 0) {
            throw new IOException("no byte came within " + TIMEOUT_MILLIS + " ms");
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
