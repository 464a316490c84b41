// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Receives bytes.
 *
 * @see "section 7"
 */
@ProviderType
public interface ReadTransport extends BaseTransport {

    /** Tells whether it takes in data: not when paused, closing, closed, or after the peer's end of stream (READ-1, READ-2, READ-19). */
    boolean isReading();

    /** Stops deliveries at once, until {@link #resumeReading()}; may be repeated, does not nest (READ-3 to -8). */
    void pauseReading();

    /** Goes on with deliveries; does nothing on a closing transport (READ-7, READ-9). */
    void resumeReading();
}
