// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

/**
 * Says what a server does with connects while there is no service of its protocol.
 *
 * @see "SWITCH-43"
 */
public enum Absence {
    /** Accepts and holds them without reading, up to a number and a time (SWITCH-44, SWITCH-45). */
    PARK,
    /** Stops listening, so that connects are refused. */
    REFUSE
}
