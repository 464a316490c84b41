// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import dev.turnout.bench.wire.Wire;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Connects, sends one message, gets it back and closes, with a fixed number of such exchanges at a time. */
final class ConnectLoad implements Work {

    private static final int MOST_EXHAUSTIONS = 10_000;
    private static final long GRACE_NANOS = 10_000_000_000L;

    private final Order order;
    private final Tally tally;
    private final Pattern pattern = new Pattern();
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Pattern.LONGEST);
    private final Consumer<SelectionKey> ready = this::ready;
    private final Wires wires;
    private final Deque<Integer> places = new ArrayDeque<>();
    private boolean sending;
    private int open;
    private int opened;

    ConnectLoad(Order order, Tally tally) throws IOException {
        this.order = order;
        this.tally = tally;
        wires = new Wires(order);
        for (int i = 0; i < order.connections(); i++) {
            places.add(i);
        }
    }

    @Override
    public void run(Gate gate) throws IOException {
        gate.pass();
        long start = tally.start();
        long end = start + (long) (order.seconds() * 1e9);
        sending = true;
        for (long now = start; now < end && tally.errors() == 0; now = System.nanoTime()) {
            fill();
            selector.select(ready, 1);
        }
        sending = false;
        tally.end();
        for (long late = end + GRACE_NANOS; open > 0 && tally.errors() == 0; ) {
            if (System.nanoTime() > late) {
                tally.error(open + " connections got no answer");
            }
            selector.select(ready, 100);
        }
        tally.certificates(wires.certificates());
    }

    /** Connects up to the wanted number; when the system has no port left, fewer, until it has. */
    private void fill() throws IOException {
        boolean unix = order.address() instanceof UnixDomainSocketAddress;
        while (sending && open < order.connections()) {
            SocketChannel channel =
                    SocketChannel.open(unix ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET);
            try {
                channel.configureBlocking(false);
                if (!unix) {
                    // after a TLS handshake the first message would wait until that is acknowledged
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                }
                long begun = System.nanoTime();
                boolean connected = channel.connect(order.address());
                Exchange exchange = new Exchange(channel, places.remove(), Pattern.start(opened), begun);
                if (connected) {
                    channel.register(selector, SelectionKey.OP_READ, exchange);
                    exchange.advance();
                } else {
                    channel.register(selector, SelectionKey.OP_CONNECT, exchange);
                }
                opened++;
                open++;
            } catch (IOException e) {
                channel.close();
                if (!String.valueOf(e.getMessage()).contains("assign requested address")
                        || tally.exhaustions() == MOST_EXHAUSTIONS) {
                    throw e;
                }
                tally.exhausted();
                return;
            }
        }
    }

    private void ready(SelectionKey key) {
        Exchange exchange = (Exchange) key.attachment();
        try {
            if (key.isConnectable()) {
                exchange.channel.finishConnect();
                key.interestOps(SelectionKey.OP_READ);
                exchange.advance();
            } else if (exchange.advance() && exchange.receive()) {
                open--;
                places.add(exchange.place);
                exchange.wire.close();
            }
        } catch (IOException e) {
            key.cancel();
            tally.error(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private final class Exchange {
        private final SocketChannel channel;
        private final Wire wire;
        private final int place;
        private final long offset;
        private final long begun;
        private boolean sent;
        private int received;

        Exchange(SocketChannel channel, int place, long offset, long begun) {
            this.channel = channel;
            this.place = place;
            wire = wires.over(channel, place);
            this.offset = offset;
            this.begun = begun;
        }

        /** Goes on with the handshake, if there is one, then sends; says whether that is done. */
        boolean advance() throws IOException {
            if (!sent && wire.ready()) {
                sent = true;
                if (wire.write(pattern.slice(offset, order.size())) < order.size() || !wire.flush()) {
                    throw new IOException("a new connection did not take " + order.size() + " bytes at once");
                }
            }
            return sent;
        }

        boolean receive() throws IOException {
            buffer.clear();
            int count = wire.read(buffer);
            if (count < 0) {
                throw new IOException("the server closed a connection before its answer");
            }
            if (!pattern.matches(buffer.flip(), offset + received)) {
                throw new IOException("other bytes came back than were sent");
            }
            tally.verified(count);
            received += count;
            if (received < order.size()) {
                return false;
            }
            tally.message(System.nanoTime() - begun);
            return true;
        }
    }
}
