// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** Is a peer over one end each of two pipes of the JDK, which have no addresses and cannot be reset. */
public final class PipePeer extends ChannelPeer {

    private final Pipe.SourceChannel in;
    private final Pipe.SinkChannel out;

    /** Takes over one end each. */
    public PipePeer(Pipe.SourceChannel in, Pipe.SinkChannel out) throws IOException {
        super(in, out);
        this.in = in;
        this.out = out;
        in.configureBlocking(false);
        out.configureBlocking(false);
    }

    @Override
    boolean ready(int operation, long millis) throws IOException {
        SelectableChannel channel = operation == SelectionKey.OP_READ ? in : out;
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            return selector.select(millis) > 0;
        }
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
