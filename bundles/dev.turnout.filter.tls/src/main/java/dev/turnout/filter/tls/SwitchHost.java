// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.transport.nio.ProtocolSwitch;
import java.nio.ByteBuffer;

/** Is a TLS connection as the switch of its upper protocol sees it: the decrypted stream, and no new handshake (SWITCH-30). Thread: the loop's. */
final class SwitchHost implements ProtocolSwitch.Host {

    private final TlsConnection connection;
    private final Upper upper;
    private final Sender sender;
    private final Receiver receiver;

    SwitchHost(TlsConnection connection, Upper upper, Sender sender, Receiver receiver) {
        this.connection = connection;
        this.upper = upper;
        this.sender = sender;
        this.receiver = receiver;
    }

    @Override
    public BaseTransport transport() {
        return connection.transport();
    }

    @Override
    public void putInCharge(BaseProtocol next) {
        upper.set(next);
    }

    @Override
    public boolean inCallback() {
        return upper.isBusy();
    }

    @Override
    public void enter() {
        upper.enter();
    }

    @Override
    public void leave() {
        upper.leave();
    }

    /** Says no: the end of the stream closes a TLS connection, and a closing one is not switched. */
    @Override
    public boolean endOfStreamSeen() {
        return false;
    }

    @Override
    public boolean isReadingPaused() {
        return receiver.isPaused();
    }

    @Override
    public boolean isWritingPaused() {
        return sender.isPaused();
    }

    @Override
    public void tellPauseWriting() {
        upper.pauseWriting();
    }

    @Override
    public void hold(ByteBuffer bytes) {
        receiver.hold(bytes);
    }

    @Override
    public void deliverHeld() {
        receiver.deliverUnread();
    }

    @Override
    public void report(String message, Throwable e, BaseProtocol thrower) {
        upper.report(message, e, thrower);
    }

    @Override
    public void forceClose(Throwable why) {
        connection.fail(why);
    }

    @Override
    public boolean isStrict() {
        return connection.transport().isSwitchingStrict();
    }

    @Override
    public void switched(SwitchReport report) {
        connection.transport().switchedAbove(report);
    }
}
