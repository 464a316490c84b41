// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Listens, accepts nothing and has its queue full, so that a connect neither succeeds nor fails: the system tries again and again. */
final class FullListener implements AutoCloseable {

    private static final int MOST = 20;

    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final List<SocketChannel> waiting = new ArrayList<>();

    FullListener() throws IOException {
        listener.bind(TcpBench.LOCAL, 1);
        boolean full = false;
        while (!full) {
            if (waiting.size() > MOST) {
                throw new AssertionError("the queue does not fill");
            }
            SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            waiting.add(channel);
            full = !channel.connect(address()) && !connects(channel);
        }
    }

    private static boolean connects(SocketChannel channel) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_CONNECT);
            return selector.select(100) > 0 && channel.finishConnect();
        }
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /** Takes what waits, so that the next try of the system succeeds. */
    void accept() throws IOException {
        listener.configureBlocking(false);
        SocketChannel accepted = listener.accept();
        while (accepted != null) {
            waiting.add(accepted);
            accepted = listener.accept();
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : waiting) {
            channel.close();
        }
        listener.close();
    }
}
