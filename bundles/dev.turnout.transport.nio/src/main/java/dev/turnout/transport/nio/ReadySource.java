// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import java.nio.channels.SelectableChannel;

/**
 * Is a channel that no selector can poll, as it is not one of the system's, and that therefore finds out itself when it is ready.
 *
 * <p>It is registered by this interface instead of {@link IoLoop#register}; everything else of the toolkit treats it as any other channel.
 */
public interface ReadySource {

    /**
     * Has a handler called whenever one of the operations is ready: on the loop's thread, from an empty stack, at most once a turn, and again in the
     * next turn as long as it stays ready. What other threads find out goes to the loop by {@code execute}.
     *
     * @param ops bits of {@link java.nio.channels.SelectionKey}; 0 to claim the channel without waiting
     * @throws IllegalStateException if it is registered already
     */
    Registration register(IoLoop loop, int ops, ReadyHandler handler);

    /** Registers a channel of either sort. */
    static Registration register(IoLoop loop, SelectableChannel channel, int ops, ReadyHandler handler) {
        return channel instanceof ReadySource source
                ? source.register(loop, ops, handler)
                : loop.register(channel, ops, handler);
    }
}
