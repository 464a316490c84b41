// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;

/** Ties a channel to the handler that owns it; attached to its selection key until it is cancelled. Thread: the loop's. */
final class ChannelRegistration implements Registration {

    final ReadyHandler handler;

    private final Poller poller;
    private SelectionKey key;

    ChannelRegistration(Poller poller, Selector selector, SelectableChannel channel, int ops, ReadyHandler handler)
            throws ClosedChannelException {
        this.poller = poller;
        this.handler = handler;
        this.key = channel.register(selector, ops);
        key.attach(this);
    }

    /** Waits at another selector from now on; the old one is about to be closed. */
    void moveTo(Selector selector) throws ClosedChannelException {
        SelectionKey moved = key.channel().register(selector, key.interestOps(), this);
        key.cancel();
        key = moved;
    }

    @Override
    public SelectableChannel channel() {
        return key.channel();
    }

    @Override
    public int interestOps() {
        return key.isValid() ? key.interestOps() : 0;
    }

    @Override
    public void interestOps(int ops) {
        if (key.isValid() && key.interestOps() != ops) {
            key.interestOps(ops);
        }
    }

    @Override
    public void cancel() {
        key.cancel();
        key.attach(null); // whoever still has the key must not have the handler too
    }

    @Override
    public void close() {
        SelectableChannel channel = channel();
        cancel();
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            poller.closeFailed(channel, e);
        }
        // The JDK keeps the descriptor of a registered channel until its key has left the selector. The next turn sees
        // to that for connections;
        // an address must be free at once, and without a running loop no turn comes.
        if (channel instanceof ServerSocketChannel || channel instanceof DatagramChannel || !poller.turns()) {
            poller.flushCancelled();
        }
    }
}
