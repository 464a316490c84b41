// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

/**
 * Counts what became of the datagrams of one endpoint since it was opened.
 *
 * @param received how many were delivered to the protocol
 * @param sent how many the system took
 * @param dropped how many were dropped before they were sent: at the queue's limit, by an abort, or as they came after the end
 * @param oversized how many came in above the option {@code receive.limit} and were dropped
 * @param errors how many sends and receives failed, those that {@code errorReceived} was told of
 */
public record DatagramCounters(long received, long sent, long dropped, long oversized, long errors) {}
