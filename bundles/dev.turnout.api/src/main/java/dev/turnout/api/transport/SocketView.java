// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Shows a transport's or server's socket without giving it away: options and addresses, no reading, writing or closing.
 *
 * @see "EXTRA-7, EXTRA-8, SERVER-24, DGRAM-48"
 */
@ProviderType
public interface SocketView {

    /** Returns the socket's own address, or null if it has none any more. */
    @Nullable
    SocketAddress getsockname();

    /** Returns the peer's address, or null if there is none. */
    @Nullable
    SocketAddress getpeername();

    /** Returns the options this socket has. */
    Set<SocketOption<?>> supportedOptions();

    /** Returns an option's value. */
    <T> @Nullable T getOption(SocketOption<T> option) throws IOException;

    /** Sets an option. */
    <T> void setOption(SocketOption<T> option, T value) throws IOException;

    /**
     * Accepts false only: the socket stays non-blocking.
     *
     * @throws IllegalArgumentException if {@code blocking} is true
     */
    default void setBlocking(boolean blocking) {
        if (blocking) {
            throw new IllegalArgumentException("this socket belongs to a transport and stays non-blocking");
        }
    }

    /**
     * Accepts 0 only.
     *
     * @throws IllegalArgumentException for any other time-out
     */
    default void setTimeout(long millis) {
        if (millis != 0) {
            throw new IllegalArgumentException(
                    "this socket belongs to a transport and has no time-out; 0 is the one legal value, not " + millis);
        }
    }

    /** Joins a multicast group; datagram sockets only. */
    default void joinGroup(InetAddress group, NetworkInterface on) throws IOException {
        throw new UnsupportedOperationException("only datagram sockets join multicast groups");
    }

    /** Leaves a multicast group; datagram sockets only. */
    default void leaveGroup(InetAddress group, NetworkInterface on) throws IOException {
        throw new UnsupportedOperationException("only datagram sockets leave multicast groups");
    }
}
