// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.bench.wire.Contexts;
import dev.turnout.bench.wire.TlsBuffers;
import dev.turnout.bench.wire.TlsWire;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** Serves echo over TLS by nothing but a selector and the JDK's engine. */
public final class BareTls {

    private final SSLContext context;
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final TlsBuffers buffers = new TlsBuffers();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
    private final Consumer<SelectionKey> ready = this::ready;

    private BareTls(SocketAddress address, SSLContext context) throws IOException {
        this.context = context;
        listener.bind(address, Address.BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        SSLContext context = Contexts.server(Path.of(Address.rest(args[0])), null);
        BareTls server = new BareTls(Address.parse(args[0]), context);
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
        Connection connection = (Connection) key.attachment();
        try {
            if (connection == null) {
                accept();
            } else {
                connection.go(key);
            }
        } catch (IOException e) {
            close(key, connection);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel accepted = listener.accept(); accepted != null; accepted = listener.accept()) {
            accepted.configureBlocking(false);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            accepted.register(selector, SelectionKey.OP_READ, new Connection(new TlsWire(accepted, engine, buffers)));
        }
    }

    private static void close(SelectionKey key, @Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.wire.close();
            }
        } catch (IOException e) {
            key.cancel();
        }
    }

    private final class Connection {
        private final TlsWire wire;
        private @Nullable ByteBuffer rest;

        Connection(TlsWire wire) {
            this.wire = wire;
        }

        void go(SelectionKey key) throws IOException {
            if (wire.ready() && wroteRest()) {
                buffer.clear();
                if (wire.read(buffer) < 0) {
                    wire.close();
                    return;
                }
                write(buffer.flip());
                if (buffer.hasRemaining()) {
                    // reads no more before the peer has taken this
                    rest = ByteBuffer.allocateDirect(buffer.remaining())
                            .put(buffer)
                            .flip();
                }
            }
            int wished = wire.flush() && rest == null ? SelectionKey.OP_READ : SelectionKey.OP_WRITE;
            if (key.interestOps() != wished) {
                key.interestOps(wished);
            }
        }

        private boolean wroteRest() throws IOException {
            if (rest != null) {
                write(rest);
                if (rest.hasRemaining()) {
                    return false;
                }
                rest = null;
            }
            return true;
        }

        private void write(ByteBuffer source) throws IOException {
            while (source.hasRemaining() && wire.write(source) > 0) {
                // as much as is taken
            }
        }
    }
}
