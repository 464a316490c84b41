// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.network.ServerOptions;
import java.nio.channels.NetworkChannel;
import java.util.function.Consumer;

/**
 * Holds a bound channel and what is to be done when it was closed.
 *
 * @param <C> the kind of channel: one that listens, or one that only keeps the address
 * @param channel the channel
 * @param afterClose called once, after the channel was closed for good, with the server's options at that time
 */
public record BoundSocket<C extends NetworkChannel>(C channel, Consumer<ServerOptions> afterClose) {

    /** Makes one that needs nothing after its close. */
    public BoundSocket(C channel) {
        this(channel, options -> {});
    }
}
