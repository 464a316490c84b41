// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import dev.turnout.api.transport.BaseTransport;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Gives meaning to what one transport moves. Every callback has a default that does nothing.
 *
 * <pre>
 *   connectionMade [ (pauseWriting resumeWriting)* pauseWriting? ] connectionLost
 * </pre>
 *
 * <p>Alone it is enough for a write pipe (STREAM-15).
 *
 * @see "STREAM-1, STREAM-2, STREAM-11, STREAM-12"
 */
@ConsumerType
public interface BaseProtocol {

    /**
     * Is called once, before everything else, with the transport to use; a stream protocol casts it to {@code Transport}.
     * What it throws is reported and the connection goes on (CB-1).
     */
    default void connectionMade(BaseTransport transport) {}

    /**
     * Is called once, after everything else.
     *
     * @param cause null after the peer's end of stream, an own close or abort; else why the connection ended (STREAM-5)
     */
    default void connectionLost(@Nullable Throwable cause) {}

    /** Is called inside the write that lifts the buffer strictly above the high-water mark; strictly paired with {@link #resumeWriting} (FLOW-11 to -15). */
    default void pauseWriting() {}

    /** Is called when writing was paused and the buffer has sunk to the low-water mark or below; may write (FLOW-12, FLOW-18). */
    default void resumeWriting() {}
}
