// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import dev.turnout.bench.wire.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** One connection: what it sent, what came back, and when each message under way began. Not threadsafe. */
final class Link implements AutoCloseable {

    private final Wire wire;
    private final SelectionKey key;
    private final Pattern pattern;
    private final int size;
    private final long offset;
    private final long[] begun;
    private long wanted;
    private long sent;
    private long received;
    private long started;
    private long finished;

    Link(SocketAddress address, Wires wires, int number, Selector selector, Pattern pattern, int size, int most)
            throws IOException {
        long start = Pattern.start(number);
        this.pattern = pattern;
        this.size = size;
        wanted = start;
        sent = start;
        begun = new long[Integer.highestOneBit(Math.max(1, most * 2 - 1))];
        offset = start;
        SocketChannel channel = SocketChannel.open(address);
        if (address instanceof InetSocketAddress) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        wire = wires.over(channel, number);
        while (!wire.ready()) {
            // the channel blocks so far
        }
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    boolean canStart() {
        return started - finished < begun.length;
    }

    long underWay() {
        return started - finished;
    }

    /** Sends messages that began, or should have, at one time. */
    void send(int count, long nanos) throws IOException {
        for (int i = 0; i < count; i++) {
            begun[(int) (started++ & (begun.length - 1))] = nanos;
        }
        wanted += (long) count * size;
        write();
    }

    /** Sends what the kernel takes of what is wanted. */
    void write() throws IOException {
        while (sent < wanted) {
            int taken = wire.write(pattern.slice(sent, wanted - sent));
            if (taken == 0) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            sent += taken;
        }
        int wished = wire.flush() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        if (key.interestOps() != wished) {
            key.interestOps(wished);
        }
    }

    /** Reads once, verifies, and returns how many messages are complete with that. */
    int read(ByteBuffer buffer, Tally tally) throws IOException {
        buffer.clear();
        int count = wire.read(buffer);
        if (count < 0) {
            throw new IOException("the server closed a connection with " + underWay() + " messages under way");
        }
        if (!pattern.matches(buffer.flip(), offset + received)) {
            throw new IOException("other bytes came back than were sent, in " + count + " bytes after " + received);
        }
        tally.verified(count);
        received += count;
        long now = System.nanoTime();
        int complete = 0;
        while ((finished + 1) * size <= received) {
            tally.message(now - begun[(int) (finished++ & (begun.length - 1))]);
            complete++;
        }
        return complete;
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
