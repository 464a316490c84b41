// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

/** Says on which side of a connection a filter stands. */
public enum Side {
    /** The side that connected. */
    CLIENT,
    /** The side that accepted. */
    SERVER
}
