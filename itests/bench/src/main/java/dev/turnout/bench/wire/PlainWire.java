// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The channel itself. */
public final class PlainWire implements Wire {

    private final SocketChannel channel;

    /** Wraps a channel, which is closed with it. */
    public PlainWire(SocketChannel channel) {
        this.channel = channel;
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
