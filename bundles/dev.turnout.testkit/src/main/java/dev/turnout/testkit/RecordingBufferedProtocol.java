// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Records what a buffered protocol is told, and checks how its buffers are used.
 *
 * @see "BUF-1, BUF-10, BUF-11, JAVA-20"
 */
public class RecordingBufferedProtocol extends Recorder<Transport, RecordingBufferedProtocol>
        implements BufferedProtocol {

    private static final int CAPACITY = 64 * 1024;

    private IntFunction<ByteBuffer> buffers;
    private Hook<? super Integer> updated = count -> {};
    private Hook<? super Transport> eof = t -> {};
    private boolean keepsOpen;
    private @Nullable ByteBuffer offered;
    private int position;
    private int limit;

    /** Makes a protocol that offers one direct buffer of 64 KiB again and again. */
    public RecordingBufferedProtocol() {
        this(ByteBuffer.allocateDirect(CAPACITY));
    }

    /** Makes a protocol that offers this buffer again and again, from its present position to its limit. */
    public RecordingBufferedProtocol(ByteBuffer buffer) {
        super(Transport.class);
        buffers = hint -> buffer;
    }

    @Override
    protected final RecordingBufferedProtocol self() {
        return this;
    }

    /** Sets where buffers come from; the function gets the size hint. */
    public RecordingBufferedProtocol onGetBuffer(IntFunction<ByteBuffer> source) {
        buffers = source;
        return this;
    }

    /** Sets what happens inside {@code bufferUpdated}. */
    public RecordingBufferedProtocol onUpdated(Hook<? super Integer> hook) {
        updated = hook;
        return this;
    }

    /** Sets what happens inside {@code eofReceived}. */
    public RecordingBufferedProtocol onEof(Hook<? super Transport> hook) {
        eof = hook;
        return this;
    }

    /** Has {@code eofReceived} answer true. */
    public RecordingBufferedProtocol keepingOpen() {
        keepsOpen = true;
        return this;
    }

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
        callback("getBuffer " + sizeHint, null, state() == State.OPEN, hint -> {}, sizeHint);
        offered = null;
        ByteBuffer buffer = buffers.apply(sizeHint);
        offered = buffer;
        position = buffer.position();
        limit = buffer.limit();
        return buffer;
    }

    @Override
    public void bufferUpdated(int count) {
        ByteBuffer buffer = offered;
        offered = null;
        boolean legal = state() == State.OPEN && buffer != null;
        byte[] copy = new byte[0];
        if (buffer != null) {
            if (buffer.position() != position || buffer.limit() != limit) {
                violation("the offered buffer came back as " + buffer + ", not at its position " + position);
            }
            if (count < 1 || count > limit - position) {
                violation("bufferUpdated(" + count + ") for room of " + (limit - position));
            } else {
                copy = new byte[count];
                buffer.duplicate().position(position).get(copy);
            }
        }
        callback("bufferUpdated", copy, legal, updated, count);
    }

    @Override
    public boolean eofReceived() {
        ended(eof);
        return keepsOpen;
    }
}
