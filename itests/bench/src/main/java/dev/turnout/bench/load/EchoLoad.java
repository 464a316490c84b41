// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Sends messages on established connections: a next one for each that came back, or at a fixed rate whatever comes back. */
final class EchoLoad implements Work {

    private static final long GRACE_NANOS = 10_000_000_000L;
    private static final int MOST_UNDER_WAY = 16_384;

    private final Order order;
    private final Tally tally;
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Pattern.LONGEST);
    private final Consumer<SelectionKey> ready = this::ready;
    private final Wires wires;
    private final List<Link> links = new ArrayList<>();
    private boolean sending;

    EchoLoad(Order order, Tally tally) throws IOException {
        this.order = order;
        this.tally = tally;
        wires = new Wires(order);
    }

    @Override
    public void run(Gate gate) throws IOException {
        Pattern pattern = new Pattern();
        for (int i = 0; i < order.connections(); i++) {
            links.add(new Link(
                    order.address(),
                    wires,
                    i,
                    selector,
                    pattern,
                    order.size(),
                    order.rate() > 0 ? MOST_UNDER_WAY : order.depth()));
        }
        gate.pass();
        long start = tally.start();
        long end = start + (long) (order.seconds() * 1e9);
        if (order.rate() > 0) {
            open(start, end);
        } else {
            closed(start, end);
        }
        tally.end();
        finish(System.nanoTime() + GRACE_NANOS);
    }

    private void closed(long start, long end) throws IOException {
        sending = true;
        for (Link link : links) {
            link.send(order.depth(), start);
        }
        for (long now = start; now < end && tally.errors() == 0; now = System.nanoTime()) {
            selector.select(ready, Math.max(1, (end - now) / 1_000_000));
        }
        sending = false;
    }

    /** Spins, as a selector's timeout is too coarse for when the next message is due. Late messages are sent all the same. */
    private void open(long start, long end) throws IOException {
        double interval = 1e9 / order.rate();
        long count = (long) (order.seconds() * order.rate());
        long next = 0;
        long latest = end + GRACE_NANOS;
        for (long now = start; next < count && now < latest && tally.errors() == 0; now = System.nanoTime()) {
            while (next < count) {
                long due = start + (long) (next * interval);
                Link link = links.get((int) (next % links.size()));
                if (due > now || !link.canStart()) {
                    break;
                }
                link.send(1, due);
                next++;
            }
            selector.selectNow(ready);
        }
        tally.late(count - next);
    }

    private void finish(long deadline) throws IOException {
        long rest = underWay();
        while (rest > 0 && tally.errors() == 0) {
            if (System.nanoTime() > deadline) {
                tally.error(rest + " messages did not come back");
            }
            selector.select(ready, 100);
            rest = underWay();
        }
    }

    private long underWay() {
        long count = 0;
        for (Link link : links) {
            count += link.underWay();
        }
        return count;
    }

    private void ready(SelectionKey key) {
        Link link = (Link) key.attachment();
        try {
            if (key.isWritable()) {
                link.write();
            }
            if (key.isReadable()) {
                int complete = link.read(buffer, tally);
                if (sending && order.rate() == 0 && complete > 0) {
                    link.send(complete, System.nanoTime());
                }
            }
        } catch (IOException e) {
            key.cancel();
            tally.error(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        for (Link link : links) {
            link.close();
        }
        selector.close();
    }
}
