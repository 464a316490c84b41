// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.network.ServerOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.function.Consumer;

/**
 * Holds a bound channel and what is to be done when it was closed.
 *
 * @param channel the channel, non-blocking
 * @param afterClose called once, after the channel was closed, with the server's options at that time
 */
public record ListeningSocket(ServerSocketChannel channel, Consumer<ServerOptions> afterClose) {

    /** Makes one that needs nothing after its close. */
    public ListeningSocket(ServerSocketChannel channel) {
        this(channel, options -> {});
    }
}
