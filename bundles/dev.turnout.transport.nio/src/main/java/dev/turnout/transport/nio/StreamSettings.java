// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.network.Options;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.transport.WaterMarks;
import java.time.Duration;

/**
 * Holds what a stream transport needs to know of its options, looked up once.
 *
 * @param marks the default water marks
 * @param idleTimeout ends a connection on which nothing moved for this long; zero for off
 * @param firstByteTimeout ends a connection whose peer sent nothing within this time; zero for off
 * @param privateReads whether each chunk is delivered in an array of its own (JAVA-18)
 * @param resetOnAbort whether an abort that loses bytes resets the connection (WRITE-36)
 * @param strictSwitching whether only protocols that declare support may be exchanged (SWITCH-14)
 */
public record StreamSettings(
        WaterMarks marks,
        Duration idleTimeout,
        Duration firstByteTimeout,
        boolean privateReads,
        boolean resetOnAbort,
        boolean strictSwitching) {

    /**
     * Reads the options of a connection or server.
     *
     * @throws IllegalArgumentException if the water marks contradict each other
     */
    public static StreamSettings of(Options<?> options) {
        long high = options.get(StreamOptions.WRITE_HIGH);
        Long low = options.find(StreamOptions.WRITE_LOW);
        return new StreamSettings(
                low == null ? WaterMarks.high(high) : new WaterMarks(low, high),
                options.get(StreamOptions.IDLE_TIMEOUT),
                options.get(StreamOptions.FIRST_BYTE_TIMEOUT),
                options.get(StreamOptions.PRIVATE_READS),
                options.get(StreamOptions.RESET_ON_ABORT),
                options.get(StreamOptions.STRICT_SWITCHING));
    }
}
