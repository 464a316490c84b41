// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

/**
 * Says what becomes of a server's connections when the service of their protocol leaves.
 *
 * @see "SWITCH-38"
 */
public enum Departure {
    /**
     * They are handed over to its successor, at once if there is one, else parked until it comes; those that cannot be handed over drain
     * (SWITCH-40, SWITCH-62).
     */
    SWITCH,
    /** They keep their protocol until they end or the deadline passes (SWITCH-39). */
    DRAIN,
    /** They are closed at once, flushing, and aborted when the deadline passes (SWITCH-41). */
    CLOSE
}
