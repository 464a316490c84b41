// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Overflow;
import dev.turnout.api.transport.WaterMarks;

/**
 * Holds what a datagram transport needs to know of its options, looked up once.
 *
 * @param marks the water marks to begin with
 * @param sendLimit how many bytes may wait while writing is paused
 * @param overflow what happens above that
 * @param receiveLimit the largest datagram that is delivered
 * @param receiveBatch the most datagrams read in one turn
 * @param privateReads whether each datagram is delivered in an array of its own (JAVA-18)
 * @param strictSwitching whether only protocols that declare support may be exchanged (SWITCH-14)
 */
record UdpSettings(
        WaterMarks marks,
        long sendLimit,
        Overflow overflow,
        long receiveLimit,
        int receiveBatch,
        boolean privateReads,
        boolean strictSwitching) {

    private static final long HIGHS = 16;
    private static final long LEAST_LIMIT = 1 << 20;

    /**
     * Reads the options of an endpoint.
     *
     * @throws IllegalArgumentException if the water marks and the limit contradict each other
     */
    static UdpSettings of(DatagramOptions options) {
        long high = options.get(DatagramOptions.WRITE_HIGH);
        Long low = options.find(DatagramOptions.WRITE_LOW);
        Long limit = options.find(DatagramOptions.SEND_LIMIT);
        Long largest = options.find(DatagramOptions.RECEIVE_LIMIT);
        if (limit != null && limit < high) {
            throw new IllegalArgumentException("send.limit=" + limit + " is below write.high=" + high
                    + ": the protocol would never be told to pause; raise the one or lower the other");
        }
        return new UdpSettings(
                low == null ? WaterMarks.high(high) : new WaterMarks(low, high),
                limit == null ? Math.max(LEAST_LIMIT, HIGHS * high) : limit,
                options.get(DatagramOptions.SEND_OVERFLOW),
                largest == null ? Long.MAX_VALUE : largest,
                options.get(DatagramOptions.RECEIVE_BATCH),
                options.get(DatagramOptions.PRIVATE_READS),
                options.get(DatagramOptions.STRICT_SWITCHING));
    }
}
