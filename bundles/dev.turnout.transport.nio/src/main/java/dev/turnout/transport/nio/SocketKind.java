// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.network.Options;
import dev.turnout.api.network.ServerOptions;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Describes one kind of stream socket to the toolkit: how to open, bind and configure it. Channels are opened through the given provider only.
 * Thread: any loop's; implementations have no state of their own.
 */
public interface SocketKind {

    /** Returns the scheme, for texts. */
    String scheme();

    /**
     * Opens a channel that can connect to the address.
     *
     * @throws UnsupportedOperationException if the machine lacks the address's family
     */
    SocketChannel open(SelectorProvider provider, SocketAddress target) throws IOException;

    /** Sets the options of a connected channel. */
    void configure(SocketChannel channel, Options<?> options) throws IOException;

    /**
     * Opens a socket that listens at the address.
     *
     * @throws UnsupportedOperationException if the machine lacks the address's family
     */
    BoundSocket<ServerSocketChannel> listen(SelectorProvider provider, SocketAddress address, ServerOptions options)
            throws IOException;

    /** Binds the address without listening, so that nobody else gets it and clients are refused (SERVER-25). */
    BoundSocket<SocketChannel> reserve(SelectorProvider provider, SocketAddress address, ServerOptions options)
            throws IOException;

    /**
     * Describes a bound channel made elsewhere.
     *
     * @throws IllegalArgumentException if it is not of this kind, or not bound
     */
    BoundSocket<ServerSocketChannel> adopt(ServerSocketChannel channel, ServerOptions options) throws IOException;

    /** Accepts one connection, or returns null if none waits. */
    default @Nullable SocketChannel accept(ServerSocketChannel listener) throws IOException {
        return listener.accept();
    }
}
