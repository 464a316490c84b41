// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.transport.nio.ProtocolSwitch;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Is a datagram transport as its switch sees it. Datagrams wait in the kernel during a switch, so the transport holds none (SWITCH-31).
 */
final class UdpSwitchHost implements ProtocolSwitch.Host {

    private final UdpTransport transport;

    UdpSwitchHost(UdpTransport transport) {
        this.transport = transport;
    }

    @Override
    public BaseTransport transport() {
        return transport;
    }

    @Override
    public void putInCharge(BaseProtocol next) {
        transport.install(next);
    }

    @Override
    public boolean inCallback() {
        return transport.isInCallback();
    }

    @Override
    public void enter() {
        transport.enter();
    }

    @Override
    public void leave() {
        transport.leave();
    }

    @Override
    public boolean endOfStreamSeen() {
        return false;
    }

    @Override
    public boolean isReadingPaused() {
        return transport.isReadingPaused();
    }

    @Override
    public boolean isWritingPaused() {
        return transport.isWritingPaused();
    }

    @Override
    public void tellPauseWriting() {
        transport.tellPauseWriting();
    }

    /** Is called with bytes only after a hand-over was refused because of them: a datagram has a sender and an end, which bytes alone have not. */
    @Override
    public void hold(ByteBuffer bytes) {
        if (bytes.hasRemaining()) {
            transport.report(
                    "a protocol gave " + bytes.remaining() + " unread bytes of datagrams; they are dropped",
                    new IllegalStateException("keep whole datagrams in the values of the state"),
                    Objects.requireNonNull(transport.getProtocol()));
        }
    }

    /** Has nothing to deliver. */
    @Override
    public void deliverHeld() {}

    @Override
    public void report(String message, Throwable e, BaseProtocol thrower) {
        transport.report(message, e, thrower);
    }

    @Override
    public void forceClose(Throwable why) {
        transport.forceClose(why);
    }

    @Override
    public boolean isStrict() {
        return transport.settings().strictSwitching();
    }

    @Override
    public void switched(SwitchReport report) {
        transport.observer().switched(transport, report);
    }
}
