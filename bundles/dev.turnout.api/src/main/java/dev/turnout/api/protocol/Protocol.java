// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reads a stream of bytes: TCP, TLS, unix sockets, read pipes.
 *
 * <pre>
 *   connectionMade dataReceived* eofReceived? connectionLost
 * </pre>
 *
 * @see "STREAM-1, STREAM-9"
 */
@ConsumerType
public interface Protocol extends BaseProtocol {

    /**
     * Receives the next bytes; how the stream is cut into calls means nothing (STREAM-7).
     *
     * <p>Ownership: {@code data} is read-only, never empty, in big-endian order, and valid during the call only; what is to be kept is copied
     * (JAVA-17).
     * An exception costs this connection: it is reported, and {@code connectionLost} gets it (CB-4).
     */
    default void dataReceived(ByteBuffer data) {}

    /**
     * Is called at most once, when the peer will send no more.
     *
     * @return true to keep the transport open for sending, false to have it flushed and closed; transports without half-close ignore true
     * @see "EOF-1 to EOF-8"
     */
    default boolean eofReceived() {
        return false;
    }
}
