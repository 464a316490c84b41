// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reads a stream of bytes into buffers of its own, without a copy.
 *
 * <pre>
 *   connectionMade (getBuffer bufferUpdated?)* eofReceived? connectionLost
 * </pre>
 *
 * @see "BUF-1 to BUF-20, JAVA-20, JAVA-21"
 */
@ConsumerType
public interface BufferedProtocol extends BaseProtocol {

    /**
     * Returns the buffer to be filled from its position to its limit; heap and direct ones are welcome.
     *
     * <p>Ownership: stays with the protocol; the transport uses it until {@link #bufferUpdated} only and does not change its position.
     * A full or read-only buffer, and an exception, end the connection (BUF-6 to -8, BUF-18).
     *
     * @param sizeHint advice, -1 for none
     */
    ByteBuffer getBuffer(int sizeHint);

    /** Tells that {@code count} bytes, at least 1, lie in the last buffer from its position on (BUF-10, BUF-11). */
    void bufferUpdated(int count);

    /** Does the same as {@link Protocol#eofReceived()}. */
    default boolean eofReceived() {
        return false;
    }
}
