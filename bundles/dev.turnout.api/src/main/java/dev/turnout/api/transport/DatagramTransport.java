// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Moves datagrams.
 *
 * @see "section 17"
 */
@ProviderType
public interface DatagramTransport extends BaseTransport {

    /**
     * Sends one datagram, at once or queued as a copy. Ownership: borrowed, drained on return; empty data sends an empty datagram.
     *
     * @param target a resolved address; null means the remote address given at creation
     * @throws IllegalArgumentException if there is no target, or it is not the one fixed at creation (DGRAM-4 to -7)
     */
    void sendto(ByteBuffer data, @Nullable SocketAddress target);

    /** Sends one datagram to the remote address given at creation. */
    default void sendto(ByteBuffer data) {
        sendto(data, null);
    }

    /** Drops the queue and ends the endpoint: {@code connectionLost(null)} follows (DGRAM-33). */
    void abort();

    /** Returns the queued bytes plus 8 for each queued datagram (DGRAM-15, DGRAM-16). */
    long getWriteBufferSize();

    /** Returns the marks. */
    WaterMarks getWriteBufferLimits();

    /** Sets the marks, as for streams (DGRAM-18). */
    void setWriteBufferLimits(WaterMarks marks);

    /** Stops deliveries; the kernel drops what overflows meanwhile (DGRAM-47). */
    void pauseReading();

    /** Goes on with deliveries. */
    void resumeReading();

    /** Tells whether datagrams are delivered. */
    boolean isReading();
}
