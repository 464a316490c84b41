// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/**
 * Says where an endpoint may send to.
 *
 * @param fixed the one address, or null if any will do
 * @param connected whether the channel is connected to it, so that the system sends there
 * @param family the family of the addresses that the socket can reach
 * @param dualStack whether a socket of IPv6 reaches IPv4 addresses too
 * @see "DGRAM-3 to DGRAM-7"
 */
record Targets(@Nullable InetSocketAddress fixed, boolean connected, StandardProtocolFamily family, boolean dualStack) {

    /** Describes an open channel. */
    static Targets of(DatagramChannel channel, @Nullable InetSocketAddress fixed, StandardProtocolFamily family) {
        boolean everywhere = UdpSockets.localAddress(channel) instanceof InetSocketAddress local
                && local.getAddress().isAnyLocalAddress();
        return new Targets(fixed, channel.isConnected(), family, everywhere);
    }

    /** Returns the address of the peer that the system knows, or null (EXTRA-4). */
    @Nullable
    InetSocketAddress peer() {
        return connected ? fixed : null;
    }

    /**
     * Returns where to send; null means to where the channel is connected.
     *
     * @throws IllegalArgumentException if there is no target, or not this one
     */
    @Nullable
    SocketAddress check(@Nullable SocketAddress target) {
        InetSocketAddress only = fixed;
        if (only == null) {
            return free(target);
        }
        if (target != null && !only.equals(target)) {
            throw new IllegalArgumentException("cannot send to " + target + ": this endpoint was made for " + only
                    + "; give that or null, or make an endpoint without remoteAddr");
        }
        return connected ? null : only;
    }

    private SocketAddress free(@Nullable SocketAddress target) {
        if (!(target instanceof InetSocketAddress inet)) {
            throw new IllegalArgumentException(
                    target == null
                            ? "sendto needs a target: this endpoint was made without remoteAddr"
                            : "sendto needs a pair of address and port, not " + target);
        }
        if (inet.isUnresolved()) {
            throw new IllegalArgumentException(
                    "cannot send to " + target + ": it is a name; resolve it before, by getaddrinfo of the loop");
        }
        boolean inet4 = inet.getAddress() instanceof Inet4Address;
        if ((inet4 && family == StandardProtocolFamily.INET6 && !dualStack)
                || (!inet4 && family == StandardProtocolFamily.INET)) {
            throw new IllegalArgumentException("cannot send to " + target + " from a socket of the family " + family);
        }
        return target;
    }
}
