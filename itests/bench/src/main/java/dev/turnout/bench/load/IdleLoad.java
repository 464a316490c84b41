// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Opens connections, uses each once, and holds them until it may go on. */
final class IdleLoad implements Work {

    private final Order order;
    private final Tally tally;
    private final List<SocketChannel> channels = new ArrayList<>();

    IdleLoad(Order order, Tally tally) {
        this.order = order;
        this.tally = tally;
    }

    @Override
    public void run(Gate gate) throws IOException {
        Pattern pattern = new Pattern();
        ByteBuffer buffer = ByteBuffer.allocateDirect(order.size());
        tally.start();
        for (int i = 0; i < order.connections(); i++) {
            long begun = System.nanoTime();
            SocketChannel channel = SocketChannel.open(order.address());
            channels.add(channel);
            ByteBuffer message = pattern.slice(Pattern.start(i), order.size());
            while (message.hasRemaining()) {
                channel.write(message);
            }
            buffer.clear();
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new IOException("the server closed connection " + i);
                }
            }
            if (!pattern.matches(buffer.flip(), Pattern.start(i))) {
                throw new IOException("other bytes came back than were sent");
            }
            tally.verified(order.size());
            tally.message(System.nanoTime() - begun);
        }
        tally.end();
        gate.pass();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}
