// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for channels and calls their handlers; replaces a selector that has gone mad.
 *
 * <p>Thread: the loop's, except {@link #wakeup()}. Keys are only collected inside {@code select} and dispatched after it, so that handlers may
 * register, cancel and close as they like.
 *
 * @see "WATCH-4, JAVA-41"
 */
final class Poller {

    /** After so many polls in a row that ended early and found nothing, the selector is replaced. */
    static final int MAX_IDLE_ROUNDS = 512;

    /** Waits until a channel is ready, somebody calls the wake-up, or the thread is interrupted. */
    static final long NO_LIMIT = -1;

    private static final System.Logger LOG = Logs.of("dev.turnout.core");

    private final SelectorLoop loop;
    private final SelectorProvider provider;
    private final Consumer<SelectionKey> collector = this::collect;
    private volatile Selector selector;
    private @Nullable SelectionKey[] ready = new SelectionKey[64];
    private int count;
    private int idleRounds;

    Poller(SelectorLoop loop, SelectorProvider provider) throws IOException {
        this.loop = loop;
        this.provider = provider;
        this.selector = provider.openSelector();
    }

    SelectorProvider provider() {
        return provider;
    }

    /** Ends a poll in progress, or else the next one; any thread, never fails. */
    void wakeup() {
        selector.wakeup();
    }

    /** Finds what is ready; waits no longer than {@code millis}, for ever with {@link #NO_LIMIT}, and not at all for 0. Tells how many channels are ready. */
    int poll(long millis) {
        count = 0;
        try {
            if (millis == 0) {
                selector.selectNow(collector);
            } else if (millis == NO_LIMIT) {
                selector.select(collector);
            } else {
                selector.select(collector, millis);
            }
        } catch (IOException | CancelledKeyException e) {
            LOG.log(Level.WARNING, "loop " + loop.name() + ": polling failed, taking a new selector", e);
            countIdleRound();
            replaceSelector();
        }
        return count;
    }

    /** Notes that a poll came back before its time without a reason; too many of these in a row cost the selector its place. */
    void countIdleRound() {
        if (++idleRounds >= MAX_IDLE_ROUNDS) {
            LOG.log(
                    Level.WARNING,
                    "loop {0}: {1} polls in a row ended at once for no reason, taking a new selector",
                    loop.name(),
                    idleRounds);
            idleRounds = 0;
            replaceSelector();
        }
    }

    /** Notes that a poll did what it should. */
    void countGoodRound() {
        idleRounds = 0;
    }

    /** Calls the handlers of the channels found ready, unless one before them took the interest away. */
    void dispatch() {
        for (int i = 0; i < count; i++) {
            SelectionKey key = ready[i];
            // a place that nobody needs for long must not keep what was attached to the key alive
            ready[i] = null;
            if (key != null) {
                int ops = opsOf(key);
                if (ops != 0) {
                    loop.ready((ChannelRegistration) key.attachment(), ops);
                }
            }
        }
    }

    /** Returns what is ready and wanted; nothing if the key is cancelled, which another thread may do at any time by closing the channel. */
    private static int opsOf(SelectionKey key) {
        try {
            return key.isValid() ? key.readyOps() & key.interestOps() : 0;
        } catch (CancelledKeyException e) {
            LOG.log(Level.DEBUG, "another thread closed a channel that was ready", e);
            return 0;
        }
    }

    ChannelRegistration register(SelectableChannel channel, int ops, ReadyHandler handler) {
        if (!channel.isOpen()) {
            throw new IllegalArgumentException("cannot register " + channel + ": it is closed");
        }
        // not the provider itself: one that wraps another opens that other's channels and selectors
        if (channel.provider() != selector.provider()) {
            throw new IllegalArgumentException("cannot register " + channel + " on loop " + loop.name()
                    + ": it was opened by another selector provider; open it by loop.provider()");
        }
        if (channel.isBlocking()) {
            throw new IllegalArgumentException(
                    "cannot register " + channel + ": it is blocking; call configureBlocking(false) first");
        }
        SelectionKey former = channel.keyFor(selector);
        if (former != null && !former.isValid()) {
            flushCancelled();
        }
        try {
            return new ChannelRegistration(this, selector, channel, ops, handler);
        } catch (ClosedChannelException e) {
            throw new IllegalArgumentException("cannot register " + channel + ": it is closed", e);
        }
    }

    /** Returns the registration of a channel, or null if it has none that counts. */
    @Nullable
    ChannelRegistration registrationOf(SelectableChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        return key != null && key.isValid() ? (ChannelRegistration) key.attachment() : null;
    }

    /** Lets cancelled keys leave the selector. Readiness seen here is seen again by the next poll, so nothing is lost by looking away. */
    void flushCancelled() {
        Selector now = selector;
        if (now.isOpen()) {
            try {
                now.selectNow(Poller::ignore);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "loop " + loop.name() + ": polling failed, taking a new selector", e);
                replaceSelector();
            }
        }
    }

    /** Tells whether a next turn comes by itself. */
    boolean turns() {
        return loop.isRunning();
    }

    void closeFailed(SelectableChannel channel, IOException error) {
        LOG.log(Level.WARNING, "loop " + loop.name() + ": closing " + channel + " failed", error);
    }

    /** Closes the selector and every channel that a handler owns; channels that were only watched stay open for their owners. */
    void close() {
        List<SelectableChannel> owned = new ArrayList<>();
        Selector now = selector;
        for (SelectionKey key : now.keys()) {
            if (key.isValid() && !(((ChannelRegistration) key.attachment()).handler instanceof Watch)) {
                owned.add(key.channel());
            }
        }
        Arrays.fill(ready, null);
        count = 0;
        try {
            now.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "loop " + loop.name() + ": closing the selector failed", e);
        }
        for (SelectableChannel channel : owned) {
            try {
                channel.close();
            } catch (IOException e) {
                closeFailed(channel, e);
            }
        }
    }

    private void collect(SelectionKey key) {
        if (count == ready.length) {
            ready = Arrays.copyOf(ready, count * 2);
        }
        ready[count++] = key;
    }

    private static void ignore(SelectionKey key) {
        // the next poll finds it again
    }

    private void replaceSelector() {
        Selector old = selector;
        Selector fresh;
        try {
            fresh = provider.openSelector();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "loop " + loop.name() + " cannot go on: its selector fails and no other can be opened", e);
        }
        for (SelectionKey key : old.keys()) {
            if (key.isValid()) {
                try {
                    ((ChannelRegistration) key.attachment()).moveTo(fresh);
                } catch (ClosedChannelException | CancelledKeyException e) {
                    LOG.log(Level.DEBUG, "a channel closed while the selector was replaced", e);
                }
            }
        }
        count = 0;
        selector = fresh;
        try {
            old.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "loop " + loop.name() + ": closing the old selector failed", e);
        }
    }
}
