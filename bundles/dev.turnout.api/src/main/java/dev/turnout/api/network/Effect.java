// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

/** Says when a changed option of a configured server takes effect. */
public enum Effect {
    /** At once, for connections in being too. */
    LIVE,
    /** For connections accepted from then on. */
    NEW_CONNECTIONS,
    /** By closing the listening socket and binding anew; connections in being go on. */
    REBIND
}
