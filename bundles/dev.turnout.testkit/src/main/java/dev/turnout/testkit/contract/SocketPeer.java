// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** Is a peer over a plain channel of the JDK. */
public final class SocketPeer extends ChannelPeer {

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    /** Takes over a connected channel. */
    public SocketPeer(SocketChannel channel) throws IOException {
        super(channel, channel);
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, 0);
    }

    /** Returns the channel. */
    public SocketChannel channel() {
        return channel;
    }

    @Override
    boolean ready(int operation, long millis) throws IOException {
        key.interestOps(operation);
        boolean ready = selector.select(millis) > 0;
        selector.selectedKeys().clear();
        return ready;
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
        if (channel.getLocalAddress() instanceof InetSocketAddress) {
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
