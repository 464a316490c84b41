// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.transport.DatagramTransport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;

/** Records what a datagram protocol is told. */
public class RecordingDatagramProtocol extends Recorder<DatagramTransport, RecordingDatagramProtocol>
        implements DatagramProtocol {

    private Hook<? super SocketAddress> data = sender -> {};
    private Hook<? super IOException> error = e -> {};

    /** Makes a protocol that does nothing but record. */
    public RecordingDatagramProtocol() {
        super(DatagramTransport.class);
    }

    @Override
    protected final RecordingDatagramProtocol self() {
        return this;
    }

    /** Sets what happens inside {@code datagramReceived}; the hook gets the sender. */
    public RecordingDatagramProtocol onDatagram(Hook<? super SocketAddress> hook) {
        data = hook;
        return this;
    }

    /** Sets what happens inside {@code errorReceived}. */
    public RecordingDatagramProtocol onError(Hook<? super IOException> hook) {
        error = hook;
        return this;
    }

    @Override
    public void datagramReceived(ByteBuffer bytes, SocketAddress sender) {
        if (!bytes.isReadOnly()) {
            violation("datagramReceived got a buffer that is not read-only");
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        callback("datagramReceived", copy, state() == State.OPEN, data, sender);
    }

    @Override
    public void errorReceived(IOException failure) {
        callback("errorReceived " + failure.getClass().getSimpleName(), null, state() == State.OPEN, error, failure);
    }
}
