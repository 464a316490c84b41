// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

/**
 * Tells one thing that happened to a connection, or to the connections of a server, because of a switch.
 *
 * @param kind what happened
 * @param timeMillis when, in milliseconds since 1970
 * @param server the name of the configured server, or an empty text
 * @param connection the connection's number, or 0 if the event is about several
 * @param connections how many connections it is about
 * @param from the protocol before: symbolic name and version of its bundle, else its class
 * @param to the protocol after, written alike, or an empty text
 * @param unread how many unread bytes were carried
 * @param nanos how long the connection was not served because of it; for {@link Kind#RESUMED} since it was parked
 * @param reason why, or an empty text
 * @see "SWITCH-56"
 */
public record SwitchEvent(
        Kind kind,
        long timeMillis,
        String server,
        long connection,
        int connections,
        String from,
        String to,
        int unread,
        long nanos,
        String reason) {

    /** Tells kinds of events apart. */
    public enum Kind {
        /** The new protocol is in charge. */
        SWITCHED,
        /** The old protocol has handed over, and the network holds the connection until a successor comes. */
        PARKED,
        /** A parked connection has a protocol again. */
        RESUMED,
        /** A parked connection was closed, as nobody came in time. */
        EXPIRED,
        /** A switch was not possible; the old protocol is in charge. */
        FAILED,
        /** A switch was begun and taken back; the old protocol is in charge. */
        ROLLED_BACK,
        /** A switch was begun and could not be taken back; the connection is aborted. */
        ABORTED,
        /** Connections have begun to drain. */
        DRAIN_BEGUN,
        /** The last draining connection has ended, or gone to a later drain; tells how many have gone there. */
        DRAIN_ENDED,
        /** The deadline of a drain has passed; the connections left are being closed. */
        DEADLINE
    }
}
