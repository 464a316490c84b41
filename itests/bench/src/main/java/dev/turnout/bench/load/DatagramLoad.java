// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Sends a datagram on each of some sockets, and a next one when it came back; one that does not come back is counted and sent again. */
final class DatagramLoad implements Work {

    private static final long LOST_NANOS = 200_000_000L;
    private static final int LOOK_MILLIS = 50;
    private static final int MOST_LOST_IN_A_ROW = 25;

    private final Order order;
    private final Tally tally;
    private final Pattern pattern = new Pattern();
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final Consumer<SelectionKey> ready = this::ready;
    private final List<Socket> sockets = new ArrayList<>();
    private boolean sending;
    private int underWay;

    DatagramLoad(Order order, Tally tally) throws IOException {
        this.order = order;
        this.tally = tally;
    }

    @Override
    public void run(Gate gate) throws IOException {
        for (int i = 0; i < order.connections(); i++) {
            sockets.add(new Socket(Pattern.start(i)));
        }
        gate.pass();
        long start = tally.start();
        long end = start + (long) (order.seconds() * 1e9);
        sending = true;
        for (Socket socket : sockets) {
            socket.begin(start);
        }
        long looked = start;
        for (long now = start; (now < end || underWay > 0) && tally.errors() == 0; now = System.nanoTime()) {
            if (sending && now >= end) {
                sending = false;
                tally.end();
            }
            if (now - looked > LOOK_MILLIS * 1_000_000L) {
                looked = now;
                for (Socket socket : sockets) {
                    socket.look(now);
                }
            }
            selector.select(ready, LOOK_MILLIS);
        }
        if (sending) {
            tally.end();
        }
    }

    private void ready(SelectionKey key) {
        try {
            ((Socket) key.attachment()).receive();
        } catch (IOException e) {
            key.cancel();
            tally.error(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.channel.close();
        }
        selector.close();
    }

    /** One socket, with one message under way. */
    private final class Socket {
        private final DatagramChannel channel = DatagramChannel.open();
        private long offset;
        private long begun;
        private long sent;
        private boolean waiting;
        private int lostInARow;
        /** Copies of the last message that may still come, as it was sent again. */
        private int copies;

        Socket(long offset) throws IOException {
            this.offset = offset;
            channel.configureBlocking(false);
            channel.connect(order.address());
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void begin(long now) throws IOException {
            begun = now;
            waiting = true;
            lostInARow = 0;
            underWay++;
            send(now);
        }

        private void send(long now) throws IOException {
            sent = now;
            // what the kernel does not take is lost too
            channel.write(pattern.slice(offset, order.size()));
        }

        void look(long now) throws IOException {
            if (!waiting || now - sent < LOST_NANOS) {
                return;
            }
            tally.lost();
            lostInARow++;
            if (lostInARow > MOST_LOST_IN_A_ROW) {
                throw new IOException("no answer to a datagram that was sent " + lostInARow + " times");
            }
            send(now);
        }

        void receive() throws IOException {
            buffer.clear();
            if (channel.read(buffer) <= 0) {
                return;
            }
            buffer.flip();
            if (waiting && isMessageAt(offset)) {
                long now = System.nanoTime();
                tally.verified(order.size());
                tally.message(now - begun);
                copies = lostInARow;
                offset += order.size();
                waiting = false;
                underWay--;
                if (sending) {
                    begin(now);
                }
            } else if (copies > 0 && isMessageAt(offset - order.size())) {
                // was late, not lost
                copies--;
            } else {
                throw new IOException("another datagram came back than was sent, of " + buffer.remaining() + " bytes");
            }
        }

        private boolean isMessageAt(long place) {
            return buffer.remaining() == order.size() && pattern.matches(buffer, place);
        }
    }
}
