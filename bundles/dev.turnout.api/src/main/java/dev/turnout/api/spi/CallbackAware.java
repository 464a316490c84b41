// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is a transport that tells whether one of its callbacks is running, so that the network can wait with a switch instead of asking for it there, where
 * it would take effect later (SWITCH-27). Thread: the loop's.
 */
@ConsumerType
public interface CallbackAware {

    /** Tells whether a callback of the connection's protocol is running, those of a switch in progress included. */
    boolean isInCallback();
}
