// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told of switches, roll-backs, drains and deadlines. Registered as a service, it is told from then on.
 *
 * <p>Thread: one of the network's own, never a loop's; one call at a time, in the order of the events of each connection. A listener that is slow
 * delays other listeners, never connections; when too many events wait, the oldest are dropped and the loss is logged. What it throws is logged.
 *
 * @see "SWITCH-56"
 */
@ConsumerType
@FunctionalInterface
public interface SwitchListener {

    /** Receives one event. */
    void switched(SwitchEvent event);
}
