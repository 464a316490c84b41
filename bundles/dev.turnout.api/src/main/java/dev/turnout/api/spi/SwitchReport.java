// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.UnreadBytes;
import org.jspecify.annotations.Nullable;

/**
 * Says what became of one attempt to exchange the protocol of a connection.
 *
 * @param from the protocol before
 * @param to the protocol that was to follow
 * @param outcome what happened
 * @param version the version of the state handed over, 0 between protocols that declare nothing
 * @param policy what was to happen to unread bytes
 * @param unread how many unread bytes there were
 * @param nanos how long the connection was not served because of it, measured on the loop
 * @param failure why not, or null
 * @see "SWITCH-55, SWITCH-56"
 */
public record SwitchReport(
        BaseProtocol from,
        BaseProtocol to,
        Outcome outcome,
        int version,
        UnreadBytes policy,
        int unread,
        long nanos,
        @Nullable Throwable failure) {

    /** Tells how a switch ended. */
    public enum Outcome {
        /** The new protocol is in charge. */
        SWITCHED,
        /** A rule forbids it; the old protocol is in charge and has not noticed, or was given the connection back. */
        REFUSED,
        /** {@code handOver} failed; the old protocol is in charge (SWITCH-33). */
        HAND_OVER_FAILED,
        /** {@code takeOver} failed; the old protocol has taken the connection back (SWITCH-34). */
        ROLLED_BACK,
        /** Neither could go on; the connection is aborted (SWITCH-34). */
        ABORTED
    }
}
