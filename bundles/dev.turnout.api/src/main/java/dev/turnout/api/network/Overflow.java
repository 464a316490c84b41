// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

/**
 * Says what becomes of datagrams when the send queue of an endpoint is full.
 *
 * @see DatagramOptions#SEND_OVERFLOW
 */
public enum Overflow {

    /** The datagram that came last is dropped and counted. */
    DROP_NEW,

    /** The datagrams that wait longest are dropped and counted, until there is room. */
    DROP_OLD,

    /** The datagram that came last is dropped and counted, and {@code errorReceived} gets a {@code QueueFullException} inside the call. */
    ERROR
}
