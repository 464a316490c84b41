// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.error.SystemErrors;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/**
 * Is one operation on a channel: tried at once, and again whenever the channel is ready, until it is through.
 *
 * <p>Thread: the loop's, except {@link #cancel(boolean)}. An attempt and a cancel exclude each other, so a cancelled operation has taken nothing from
 * the channel.
 *
 * @see "SOCK-8, SOCK-9, SOCK-13"
 */
abstract class SocketOperation<T> extends LoopFuture<T> implements Runnable {

    /** What the operation answers once it is through. */
    @Nullable
    T result;

    private final Sockets sockets;
    private final SelectableChannel channel;
    private final boolean writes;
    private final String what;
    private boolean through;

    SocketOperation(Sockets sockets, SelectableChannel channel, boolean writes, String what) {
        this.sockets = sockets;
        this.channel = channel;
        this.writes = writes;
        this.what = what;
    }

    /** Tries to get through without blocking, and tells whether that worked; what it throws ends the operation too. */
    abstract boolean attempt() throws IOException;

    /** Tries for the first time and waits for readiness if that is needed. */
    final SocketOperation<T> start() {
        sockets.requireIdle(channel, writes, what);
        if (!step()) {
            sockets.watch(channel, writes, this);
        }
        return this;
    }

    /** Waits for readiness before the first attempt. */
    final SocketOperation<T> startWhenReady() {
        sockets.requireIdle(channel, writes, what);
        sockets.watch(channel, writes, this);
        return this;
    }

    /** Tries again: the channel is ready. */
    @Override
    public final void run() {
        if (isDone()) {
            sockets.unwatch(channel, writes, this);
        } else {
            step();
        }
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        synchronized (this) {
            if (through) {
                return isCancelled();
            }
            through = true;
        }
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        sockets.unwatchFromAnywhere(channel, writes, this);
        return cancelled;
    }

    private boolean step() {
        Throwable failure = null;
        synchronized (this) {
            if (through) {
                return true;
            }
            try {
                through = attempt();
            } catch (IOException e) {
                failure = SystemErrors.classify(what + " " + channel, e);
                through = true;
            } catch (RuntimeException e) {
                failure = e;
                through = true;
            }
            if (!through) {
                return false;
            }
        }
        sockets.unwatch(channel, writes, this);
        if (failure == null) {
            complete(result);
        } else {
            completeExceptionally(failure);
        }
        return true;
    }
}
