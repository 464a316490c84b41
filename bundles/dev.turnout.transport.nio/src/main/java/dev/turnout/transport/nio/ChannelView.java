// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.transport.SocketView;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shows a channel without giving it away.
 *
 * @see "EXTRA-7, EXTRA-8, EXTRA-19, SERVER-24"
 */
public final class ChannelView implements SocketView {

    private final NetworkChannel channel;

    /** Makes a view of the channel, which stays with its owner. */
    public ChannelView(NetworkChannel channel) {
        this.channel = channel;
    }

    @Override
    public @Nullable SocketAddress getsockname() {
        return localAddress(channel);
    }

    @Override
    public @Nullable SocketAddress getpeername() {
        return channel instanceof SocketChannel socket ? remoteAddress(socket) : null;
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

    @Override
    public String toString() {
        SocketAddress peer = getpeername();
        return "socket " + getsockname() + (peer == null ? "" : " to " + peer);
    }

    /** Returns the channel's own address, or null if it has none or is closed. */
    static @Nullable SocketAddress localAddress(NetworkChannel channel) {
        try {
            return channel.getLocalAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    /** Returns the peer's address, or null if the system cannot tell it (EXTRA-4). */
    static @Nullable SocketAddress remoteAddress(SocketChannel channel) {
        try {
            return channel.getRemoteAddress();
        } catch (IOException closed) {
            return null;
        }
    }
}
