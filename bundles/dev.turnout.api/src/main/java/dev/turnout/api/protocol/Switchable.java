// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import dev.turnout.api.transport.BaseTransport;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is a protocol that can hand a live connection to a successor, and take one over: the documented support that switching needs.
 *
 * <p>{@code setProtocol} between two of them that share a switch name and a version runs, on the loop and with nothing between:
 * {@code old.handOver}, {@code next.takeOver}, {@code next.pauseWriting} if writing is paused, then the unread bytes. The old protocol is called no
 * more. A failing {@code handOver} changes nothing; after a failing {@code takeOver} the old protocol gets {@link #takeBack}.
 *
 * <p>Asked for inside a callback, all that happens when the callback has returned. So a protocol that reads a header and gives the rest of the stream
 * to another one keeps a copy of what follows the header, as the buffer is borrowed, and hands that over:
 *
 * <pre>{@code
 * public void dataReceived(ByteBuffer data) {
 *     if (header.complete(data)) {
 *         rest = ByteBuffer.allocate(data.remaining()).put(data).flip();
 *         transport.setProtocol(next);
 *     }
 * }
 *
 * public HandoverState handOver(HandoverContext context) {
 *     return HandoverState.empty().withUnread(rest);
 * }
 * }</pre>
 *
 * @see "SWITCH-11 to SWITCH-37"
 */
@ConsumerType
public interface Switchable extends BaseProtocol {

    /** Returns what this protocol can switch from and to; the same answer every time. */
    SwitchSupport switchSupport();

    /** Gives up the connection: the last callback of this protocol, unless {@link #takeBack} follows. */
    HandoverState handOver(HandoverContext context);

    /** Begins with a connection in being, instead of {@code connectionMade}. */
    void takeOver(BaseTransport transport, HandoverState state, HandoverContext context);

    /**
     * Goes on after the successor failed, from the state handed over; its unread bytes are delivered again afterwards (SWITCH-34). By default it
     * refuses, which aborts the connection.
     */
    default void takeBack(HandoverState state) {
        throw new IllegalStateException("this protocol cannot take a connection back");
    }
}
