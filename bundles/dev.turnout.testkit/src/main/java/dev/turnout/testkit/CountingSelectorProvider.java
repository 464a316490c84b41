// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Hands out the JDK's channels and selectors and keeps what it handed out, so that a test can see whether something was opened past it. Any thread. */
public final class CountingSelectorProvider extends ForwardingSelectorProvider {

    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private final AtomicInteger selectors = new AtomicInteger();

    /** Makes a provider that has opened nothing. */
    public CountingSelectorProvider() {}

    /** Returns the channels opened so far; those accepted from a listener are not among them. */
    public List<Channel> channels() {
        return channels;
    }

    /** Returns how many selectors were opened so far. */
    public int selectors() {
        return selectors.get();
    }

    private <T extends Channel> T keep(T channel) {
        channels.add(channel);
        return channel;
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return keep(super.openDatagramChannel());
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return keep(super.openDatagramChannel(family));
    }

    @Override
    public Pipe openPipe() throws IOException {
        Pipe pipe = super.openPipe();
        keep(pipe.source());
        keep(pipe.sink());
        return pipe;
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        selectors.incrementAndGet();
        return super.openSelector();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return keep(super.openServerSocketChannel());
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return keep(super.openServerSocketChannel(family));
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return keep(super.openSocketChannel());
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return keep(super.openSocketChannel(family));
    }
}
