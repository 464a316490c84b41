// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;

/** Records what a stream protocol is told; answers and reactions are set by hooks. */
public class RecordingProtocol extends Recorder<Transport, RecordingProtocol> implements Protocol {

    private static final int MOST_BYTES = 256 * 1024;

    private Hook<? super ByteBuffer> data = bytes -> {};
    private Hook<? super Transport> eof = t -> {};
    private boolean keepsOpen;
    private boolean privateReads;

    /** Makes a protocol that does nothing but record. */
    public RecordingProtocol() {
        super(Transport.class);
    }

    @Override
    protected final RecordingProtocol self() {
        return this;
    }

    /** Sets what happens inside {@code dataReceived}; the hook gets the very buffer of the transport. */
    public RecordingProtocol onData(Hook<? super ByteBuffer> hook) {
        data = hook;
        return this;
    }

    /** Sets what happens inside {@code eofReceived}. */
    public RecordingProtocol onEof(Hook<? super Transport> hook) {
        eof = hook;
        return this;
    }

    /** Has {@code eofReceived} answer true. */
    public RecordingProtocol keepingOpen() {
        keepsOpen = true;
        return this;
    }

    /** Expects private arrays, which may be written to, instead of a borrowed read-only buffer (JAVA-18). */
    public RecordingProtocol withPrivateReads() {
        privateReads = true;
        return this;
    }

    @Override
    public void dataReceived(ByteBuffer bytes) {
        if (!bytes.isReadOnly() && !privateReads) {
            violation("dataReceived got a buffer that is not read-only");
        }
        if (bytes.remaining() == 0 || bytes.remaining() > MOST_BYTES) {
            violation("dataReceived got " + bytes.remaining() + " bytes at once");
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        callback("dataReceived", copy, state() == State.OPEN, data, bytes);
    }

    @Override
    public boolean eofReceived() {
        ended(eof);
        return keepsOpen;
    }
}
