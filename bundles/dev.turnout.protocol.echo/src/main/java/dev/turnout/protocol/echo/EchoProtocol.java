// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

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

/**
 * Sends back what it receives. It takes in nothing while the peer does not read, so a connection holds the high-water mark and one chunk at most.
 *
 * <p>It can be switched at any byte: it never holds any, so it has nothing to hand over.
 */
public final class EchoProtocol implements Protocol, Switchable {

    private static final SwitchSupport SUPPORT = new SwitchSupport(SwitchSupport.STREAM, 1, 1);

    private @Nullable Transport transport;

    /** Makes a protocol for one connection. */
    public EchoProtocol() {}

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        transport().write(data);
    }

    @Override
    public void pauseWriting() {
        transport().pauseReading();
    }

    @Override
    public void resumeWriting() {
        transport().resumeReading();
    }

    @Override
    public SwitchSupport switchSupport() {
        return SUPPORT;
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        return HandoverState.empty();
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        transport = (Transport) taken;
        if (context.readingPaused() && !context.writingPaused()) {
            // whoever paused it did so for a reason of its own
            transport.resumeReading();
        }
    }

    /** Goes on: nothing was handed over. */
    @Override
    public void takeBack(HandoverState state) {}

    private Transport transport() {
        return Objects.requireNonNull(transport);
    }
}
