// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends each datagram back to its sender. It takes in nothing while the system takes nothing, so the kernel drops what is too much.
 *
 * <p>It can be switched between any two datagrams: it has nothing to hand over.
 */
public final class DatagramEchoProtocol implements DatagramProtocol, Switchable {

    private static final SwitchSupport SUPPORT = new SwitchSupport(SwitchSupport.DATAGRAMS, 1, 1);

    private @Nullable DatagramTransport transport;

    /** Makes a protocol for one endpoint. */
    public DatagramEchoProtocol() {}

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (DatagramTransport) made;
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress sender) {
        transport().sendto(data, sender);
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
        transport = (DatagramTransport) taken;
        if (context.readingPaused() && !context.writingPaused()) {
            // whoever paused it did so for a reason of its own
            transport.resumeReading();
        }
    }

    /** Goes on: nothing was handed over. */
    @Override
    public void takeBack(HandoverState state) {}

    private DatagramTransport transport() {
        return Objects.requireNonNull(transport);
    }
}
