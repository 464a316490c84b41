// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.transport.SocketView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shows a datagram channel without giving it away, and joins multicast groups with it. Thread: its loop's.
 *
 * @see "EXTRA-7, EXTRA-19, DGRAM-48"
 */
final class DatagramView implements SocketView {

    private record Membership(InetAddress group, NetworkInterface on) {}

    private final DatagramChannel channel;
    private final Map<Membership, MembershipKey> memberships = new HashMap<>();

    DatagramView(DatagramChannel channel) {
        this.channel = channel;
    }

    @Override
    public @Nullable SocketAddress getsockname() {
        try {
            return channel.getLocalAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    public @Nullable SocketAddress getpeername() {
        try {
            return channel.getRemoteAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> option) throws IOException {
        return channel.getOption(option);
    }

    @Override
    public <T> void setOption(SocketOption<T> option, T value) throws IOException {
        channel.setOption(option, value);
    }

    /** Joins a group; does nothing if it has joined already. */
    @Override
    public void joinGroup(InetAddress group, NetworkInterface on) throws IOException {
        memberships.put(new Membership(group, on), channel.join(group, on));
    }

    /**
     * Leaves a group.
     *
     * @throws IllegalArgumentException if it has not joined
     */
    @Override
    public void leaveGroup(InetAddress group, NetworkInterface on) {
        MembershipKey key = memberships.remove(new Membership(group, on));
        if (key == null) {
            throw new IllegalArgumentException("cannot leave " + group + " on " + on.getName() + ": not joined");
        }
        key.drop();
    }

    @Override
    public String toString() {
        SocketAddress peer = getpeername();
        return "socket " + getsockname() + (peer == null ? "" : " to " + peer);
    }
}
