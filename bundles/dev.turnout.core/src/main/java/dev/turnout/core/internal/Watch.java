// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.io.ReadyHandler;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * Calls a reader and a writer back while their channel is ready; the handler of a channel that no transport owns.
 *
 * <p>Thread: the loop's. It lasts as long as it has a reader or a writer.
 *
 * @see "WATCH-1, WATCH-2, WATCH-4"
 */
final class Watch implements ReadyHandler {

    private static final int READ = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
    private static final int WRITE = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

    private final SelectorLoop loop;
    private @Nullable Callback reader;
    private @Nullable Callback writer;

    Watch(SelectorLoop loop) {
        this.loop = loop;
    }

    @Nullable
    Callback callback(boolean forWriting) {
        return forWriting ? writer : reader;
    }

    /** Puts a callback in and cancels the one it replaces. */
    void set(boolean forWriting, @Nullable Callback callback) {
        Callback former = callback(forWriting);
        if (former != null) {
            former.cancel();
        }
        if (forWriting) {
            writer = callback;
        } else {
            reader = callback;
        }
    }

    /** Returns what to wait for on that kind of channel. */
    int interest(SelectableChannel channel) {
        int ops = (reader != null ? READ : 0) | (writer != null ? WRITE : 0);
        return ops & channel.validOps();
    }

    /** Tells whether the channel can be watched in that direction at all. */
    static boolean fits(SelectableChannel channel, boolean forWriting) {
        return ((forWriting ? WRITE : READ) & channel.validOps()) != 0;
    }

    @Override
    public void ready(int readyOps) {
        if ((readyOps & READ) != 0) {
            run(reader);
        }
        if ((readyOps & WRITE) != 0) {
            run(writer);
        }
    }

    private void run(@Nullable Callback callback) {
        Runnable task = callback == null ? null : callback.task();
        if (callback != null && task != null) {
            loop.invoke(task, callback);
        }
    }

    @Override
    public String toString() {
        return "watch[reader=" + reader + ", writer=" + writer + "]";
    }
}
