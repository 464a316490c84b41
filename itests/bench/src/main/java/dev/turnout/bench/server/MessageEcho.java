// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sends each message back by a write of its own, as protocols do that work message by message. Reads nothing while the peer does not. */
final class MessageEcho implements Protocol {

    /** The size of a message in bytes. */
    static final int SIZE = 64;

    private final ByteBuffer unfinished = ByteBuffer.allocate(SIZE);
    private @Nullable Transport transport;

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        Transport to = Objects.requireNonNull(transport);
        if (unfinished.position() > 0) {
            int count = Math.min(unfinished.remaining(), data.remaining());
            unfinished.put(data.slice(data.position(), count));
            data.position(data.position() + count);
            if (!unfinished.hasRemaining()) {
                to.write(unfinished.flip());
                unfinished.clear();
            }
        }
        int end = data.limit();
        while (data.remaining() >= SIZE) {
            to.write(data.limit(data.position() + SIZE));
            data.limit(end);
        }
        unfinished.put(data);
    }

    @Override
    public void pauseWriting() {
        Objects.requireNonNull(transport).pauseReading();
    }

    @Override
    public void resumeWriting() {
        Objects.requireNonNull(transport).resumeReading();
    }
}
