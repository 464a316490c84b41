// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reads datagrams, from one or all peers of an endpoint.
 *
 * <pre>
 *   connectionMade (datagramReceived | errorReceived)* connectionLost
 * </pre>
 *
 * @see "DGRAM-20, DGRAM-23, DGRAM-46, EX-9"
 */
@ConsumerType
public interface DatagramProtocol extends BaseProtocol {

    /** Receives one datagram, possibly empty. Ownership: as {@link Protocol#dataReceived}. What it throws is reported; the endpoint stays open (CB-11). */
    default void datagramReceived(ByteBuffer data, SocketAddress sender) {}

    /** Is told that an earlier send or receive failed; the endpoint stays open. May be called inside {@code sendto}. */
    default void errorReceived(IOException error) {}
}
