// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Sends bytes.
 *
 * @see "sections 8 and 9"
 */
@ProviderType
public interface WriteTransport extends BaseTransport {

    /**
     * Sends bytes after all bytes written before; tries at once, buffers a copy of the rest, never blocks.
     *
     * <p>Ownership: borrowed; on return the position is at the limit and the buffer may be reused. An empty one is a no-op. After close, abort or loss
     * it is dropped and counted; from the sixth drop on each logs a warning (WRITE-16).
     *
     * <p>Inside a callback of the transport's own protocol small writes may leave together, in one system call, when the callback returns; so never wait for
     * the peer's answer in a callback. {@link #getWriteBufferSize()} has them leave at once.
     *
     * @throws IllegalStateException after {@link #writeEof()} or during a sendfile
     * @see "WRITE-1 to WRITE-8, WRITE-16 to WRITE-22"
     */
    void write(ByteBuffer data);

    /** Sends the whole array, as {@link #write(ByteBuffer)}. */
    default void write(byte[] data) {
        write(ByteBuffer.wrap(data));
    }

    /** Sends a part of the array, as {@link #write(ByteBuffer)}. */
    default void write(byte[] data, int offset, int length) {
        write(ByteBuffer.wrap(data, offset, length));
    }

    /** Does the same without ever copying: the buffer is the transport's from now on and must not be touched again (WRITE-8). */
    void writeOwned(ByteBuffer data);

    /**
     * Sends all elements in order, gathered where possible. Takes the iterable's elements once, before it sends any, so it must not hand out one buffer
     * filled anew (WRITE-9 to -15).
     */
    void writelines(Iterable<ByteBuffer> data);

    /**
     * Closes the sending side when the buffer has gone out; receiving goes on. Repeated calls, and calls on a closing transport, do nothing.
     *
     * @throws UnsupportedOperationException if {@link #canWriteEof()} is false
     * @see "WRITE-25 to WRITE-33"
     */
    void writeEof();

    /** Tells whether {@link #writeEof()} is supported. */
    boolean canWriteEof();

    /** Ends the connection at once: buffered bytes are lost, nothing more is taken in, {@code connectionLost(null)} follows in a later turn (WRITE-34, WRITE-35). */
    void abort();

    /** Returns the bytes accepted but not yet handed to the system, in constant time (WRITE-23, WRITE-24). */
    long getWriteBufferSize();

    /** Returns the marks, low first as the record says (FLOW-3). */
    WaterMarks getWriteBufferLimits();

    /**
     * Sets the marks; may call {@code pauseWriting} inside (FLOW-20).
     *
     * @see "FLOW-3 to FLOW-10"
     */
    void setWriteBufferLimits(WaterMarks marks);

    /** Restores the transport's default marks (FLOW-6). */
    void setWriteBufferLimits();

    /** Sets the high mark in bytes, and the low one to a quarter of it (FLOW-4). */
    default void setWriteBufferLimits(long high) {
        setWriteBufferLimits(WaterMarks.high(high));
    }

    /** Sets both marks in bytes: high, then low, as in asyncio (FLOW-3). */
    default void setWriteBufferLimits(long high, long low) {
        setWriteBufferLimits(new WaterMarks(low, high));
    }
}
