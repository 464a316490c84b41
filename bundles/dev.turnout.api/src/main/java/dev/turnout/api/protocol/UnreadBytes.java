// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

/**
 * Says what a switch does with bytes that the old protocol has taken but not understood.
 *
 * @see "SWITCH-63"
 */
public enum UnreadBytes {
    /** They go to the successor, before everything that arrives later. */
    CARRIED,
    /** There must be none; otherwise the switch fails before any effect. */
    MUST_BE_EMPTY
}
