// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one line, then gives the connection and all bytes behind that line to another protocol. */
final class Preamble implements Protocol, Switchable {

    private static final SwitchSupport SUPPORT = new SwitchSupport("records", 1, 1);

    private final BaseProtocol next;
    private final StringBuilder header = new StringBuilder();
    private @Nullable Transport transport;
    private ByteBuffer rest = ByteBuffer.allocate(0);

    Preamble(BaseProtocol next) {
        this.next = next;
    }

    /** Returns how many bytes of the header and its end have come. On the loop. */
    int seen() {
        return header.length() + (rest.capacity() > 0 ? 1 : 0);
    }

    String header() {
        return header.toString();
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        while (data.hasRemaining()) {
            byte b = data.get();
            if (b == '\n') {
                // the buffer is borrowed, and the switch happens when this callback has returned
                rest = ByteBuffer.allocate(data.remaining() + 1).put(data).flip();
                Objects.requireNonNull(transport).setProtocol(next);
                return;
            }
            header.append((char) b);
        }
    }

    @Override
    public SwitchSupport switchSupport() {
        return SUPPORT;
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        return HandoverState.empty().with("from", "preamble").withUnread(rest);
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        throw new IllegalStateException("a preamble only begins connections");
    }
}
