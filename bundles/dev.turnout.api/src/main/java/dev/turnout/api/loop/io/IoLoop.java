// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop.io;

import dev.turnout.api.loop.EventLoop;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import org.osgi.annotation.versioning.ProviderType;

/** Is an event loop as transports see it. Thread: the loop's, except {@link #provider()} and {@link #checkThread()}. */
@ProviderType
public interface IoLoop extends EventLoop {

    /** Returns the provider by which all channels for this loop are opened. */
    SelectorProvider provider();

    /**
     * Registers a channel, which becomes owned by the handler: others can neither register nor watch it until the registration ends.
     *
     * @param ops bits of {@link java.nio.channels.SelectionKey}; 0 to claim the channel without waiting
     * @throws IllegalStateException if it has an owner already (the text names the owner), or the loop is closed
     * @throws IllegalArgumentException if it is blocking, closed or of another provider
     */
    Registration register(SelectableChannel channel, int ops, ReadyHandler handler);

    /** Returns the owner of the channel on this loop, a transport for instance, or null. */
    @org.jspecify.annotations.Nullable
    Object owner(SelectableChannel channel);

    /**
     * Returns the loop's scratch buffer, direct and of 256 KiB, cleared for the caller.
     *
     * <p>Ownership: borrowed until the present callback returns; one for all transports of the loop (READ-13, STREAM-10).
     */
    ByteBuffer scratch();

    /**
     * Returns the one read-only view of {@link #scratch()}, to be handed to {@code dataReceived}, cleared and in big-endian order whatever its last
     * user made of it; the caller sets position and limit.
     */
    ByteBuffer scratchView();

    /**
     * Returns the loop's buffer for bytes on their way out, direct and of 128 KiB, as its last user left it: what a transport collects during a callback
     * lies from 0 to its position.
     *
     * <p>Ownership: whose bytes are in it sends them and clears it before the callback returns; all others leave it alone meanwhile.
     */
    ByteBuffer outgoing();

    /** Makes a resource known until it is detached. */
    void attach(LoopResource resource);

    /** Forgets a resource; does nothing if it is not known. */
    void detach(LoopResource resource);

    /**
     * Fails unless the caller may touch what lives on this loop: it is the loop's thread, or the loop is not being run.
     *
     * @throws IllegalStateException naming both threads and the way out, {@code callSoonThreadsafe} (JAVA-23)
     */
    void checkThread();
}
