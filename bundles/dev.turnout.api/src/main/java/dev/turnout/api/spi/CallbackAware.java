// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is a transport that tells whether one of its callbacks is running, where a switch that is asked for takes effect later (SWITCH-27): the network does
 * not ask then, but waits. Of a transport that does not tell it is assumed wherever it may be. Thread: the loop's.
 */
@ConsumerType
public interface CallbackAware {

    /** Tells whether a callback of the connection's protocol is running, those of a switch in progress included. */
    boolean isInCallback();

    /**
     * Runs something as a callback of the protocol in charge, as the network does with what it has kept for a protocol: switches asked for inside wait
     * until it has returned. What it throws passes through.
     */
    void asCallback(Runnable callback);
}
