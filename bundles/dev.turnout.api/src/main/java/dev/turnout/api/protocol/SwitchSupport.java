// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

/**
 * Declares between which protocols a switch is supported.
 *
 * @param name the switch name, shared by all protocols that understand each other's state
 * @param lowest the oldest version of the state that is understood, at least 1
 * @param highest the newest version, the one handed over if the other side understands it
 * @see "SWITCH-11, SWITCH-60"
 */
public record SwitchSupport(String name, int lowest, int highest) {

    /**
     * The switch name of protocols on byte streams that carry unread bytes and need nothing else, so that each can follow every other. Values that one
     * of them adds to the state are ignored by those that do not know them.
     */
    public static final String STREAM = "turnout.stream";

    /** The switch name of protocols on datagrams that need no state to go on, so that each can follow every other. */
    public static final String DATAGRAMS = "turnout.datagrams";

    /** Checks the range. */
    public SwitchSupport {
        if (name.isBlank() || lowest < 1 || highest < lowest) {
            throw new IllegalArgumentException("switch support needs a name and versions 1 <= lowest <= highest, not \""
                    + name + "\" " + lowest + ".." + highest);
        }
    }

    /** Returns the newest version both understand, or 0 if names or versions do not meet. */
    public int commonVersion(SwitchSupport other) {
        int version = Math.min(highest, other.highest);
        return name.equals(other.name) && version >= Math.max(lowest, other.lowest) ? version : 0;
    }

    /** Returns the name and the versions, such as {@code turnout.stream 1..2}. */
    @Override
    public String toString() {
        return name + " " + lowest + ".." + highest;
    }
}
