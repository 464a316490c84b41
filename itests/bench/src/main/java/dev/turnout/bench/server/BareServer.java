// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Serves echo by nothing but a selector and one buffer: the reference of every ratio. */
public final class BareServer {

    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener;
    private final boolean unix;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final Consumer<SelectionKey> ready = this::ready;

    private BareServer(SocketAddress address) throws IOException {
        unix = address instanceof UnixDomainSocketAddress;
        listener = unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
        listener.bind(address, Address.BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        BareServer server = new BareServer(Address.parse(args[0]));
        Thread thread = new Thread(server::run, "bare");
        thread.setDaemon(true);
        thread.start();
        Serving.serve(server.listener.getLocalAddress());
    }

    private void run() {
        try {
            while (true) {
                selector.select(ready);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the bare loop failed", e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (key.isWritable()) {
                writeRest(key);
            } else {
                echo(key);
            }
        } catch (IOException e) {
            close(key);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel accepted = listener.accept(); accepted != null; accepted = listener.accept()) {
            accepted.configureBlocking(false);
            if (!unix) {
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            accepted.register(selector, SelectionKey.OP_READ);
        }
    }

    private void echo(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        buffer.clear();
        if (channel.read(buffer) < 0) {
            channel.close();
            return;
        }
        buffer.flip();
        channel.write(buffer);
        if (buffer.hasRemaining()) {
            // reads no more before the peer has taken this
            key.attach(ByteBuffer.allocateDirect(buffer.remaining()).put(buffer).flip());
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private static void writeRest(SelectionKey key) throws IOException {
        @Nullable ByteBuffer rest = (ByteBuffer) key.attachment();
        if (rest != null) {
            ((SocketChannel) key.channel()).write(rest);
        }
        if (rest == null || !rest.hasRemaining()) {
            key.attach(null);
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            key.cancel();
        }
    }
}
