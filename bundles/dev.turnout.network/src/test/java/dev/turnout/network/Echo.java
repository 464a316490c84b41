// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Sends back what it receives, and counts what happens to it. */
public final class Echo implements Protocol {

    public static final class Counters {
        public final AtomicInteger made = new AtomicInteger();
        public final AtomicInteger lost = new AtomicInteger();
        public final AtomicLong mostBuffered = new AtomicLong();
    }

    private final Counters counters;
    private Transport transport;

    public Echo() {
        this(new Counters());
    }

    public Echo(Counters counters) {
        this.counters = counters;
    }

    @Override
    public void connectionMade(BaseTransport made) {
        counters.made.incrementAndGet();
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        transport.write(data);
        counters.mostBuffered.accumulateAndGet(transport.getWriteBufferSize(), Math::max);
    }

    @Override
    public void pauseWriting() {
        transport.pauseReading();
    }

    @Override
    public void resumeWriting() {
        transport.resumeReading();
    }

    @Override
    public void connectionLost(Throwable cause) {
        counters.lost.incrementAndGet();
    }
}
