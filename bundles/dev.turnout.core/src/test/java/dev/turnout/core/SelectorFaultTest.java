// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.testkit.ForwardingSelectorProvider;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;

/** A selector that goes mad is replaced by another one of its provider. */
class SelectorFaultTest extends LoopFixture {

    private MadSelector mad;
    private int selectors;
    private boolean throwing;
    private boolean cancelling;

    @Override
    protected IoLoop newLoop() {
        return EventLoops.newEventLoop("test-loop", new Provider());
    }

    @Test
    @Spec("JAVA-41")
    void endlessImmediateWakeUpsAreEndedByAnotherSelector() throws Exception {
        Pipe pipe = readablePipe();
        Registration registration = loop.register(pipe.source(), SelectionKey.OP_READ, ops -> {
            trace.add("read");
            loop.stop();
        });
        loop.callLater(PATIENCE, loop::stop);

        loop.runForever();

        assertEquals(List.of("read"), trace);
        assertEquals(2, selectors);
        assertTrue(mad.rounds <= 513, () -> mad.rounds + " rounds without progress");
        assertTrue(!mad.isOpen(), "the mad one is still open");
        assertTrue(log.has(Level.WARNING, "taking a new selector"));
        registration.interestOps(0);
        trace.clear();
        runTurns(1);
        assertEquals(List.of(), trace, "the registration works on with the new selector");
    }

    @Test
    @Spec("JAVA-41")
    void endlessImmediateWakeUpsAreEndedWithoutATimerToo() throws Exception {
        loop.register(readablePipe().source(), SelectionKey.OP_READ, ops -> loop.stop());
        CompletableFuture<Void> guard = CompletableFuture.runAsync(
                loop::stop, CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));

        loop.runForever();

        guard.cancel(false);
        assertEquals(2, selectors);
        assertTrue(mad.rounds <= 513, () -> mad.rounds + " rounds without progress");
    }

    @Test
    @Spec("JAVA-41")
    void aSelectorThatThrowsIsReplacedAtOnce() throws Exception {
        throwing = true;
        Pipe pipe = readablePipe();
        loop.addReader(pipe.source(), () -> {
            trace.add("read");
            loop.stop();
        });
        loop.callLater(PATIENCE, loop::stop);

        loop.runForever();

        assertEquals(List.of("read"), trace);
        assertEquals(1, mad.rounds);
    }

    @Test
    @Spec("JAVA-41")
    void aKeyThatAnotherThreadCancelsWhileItIsLookedAtCostsNothing() throws Exception {
        cancelling = true;
        Pipe pipe = readablePipe();
        loop.addReader(pipe.source(), () -> trace.add("read"));

        runTurns(3);

        assertEquals(List.of(), trace);
        assertTrue(mad.rounds >= 3, () -> mad.rounds + " rounds");
        assertTrue(loop.removeReader(pipe.source()));
    }

    /** Opens one mad selector, then sound ones. */
    private final class Provider extends ForwardingSelectorProvider {

        @Override
        public AbstractSelector openSelector() throws IOException {
            selectors++;
            if (mad == null) {
                mad = new MadSelector();
                return mad;
            }
            return super.openSelector();
        }
    }

    /** Comes back from every poll at once with nothing, throws, or finds keys that another thread cancels when they are asked. */
    private final class MadSelector extends AbstractSelector {

        private final Set<SelectionKey> keys = new HashSet<>();
        private final Set<SelectionKey> selected = new HashSet<>();
        int rounds;

        MadSelector() {
            super(SelectorProvider.provider());
        }

        @Override
        protected void implCloseSelector() {
            for (SelectionKey key : keys) {
                deregister((AbstractSelectionKey) key);
            }
        }

        @Override
        protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
            SelectionKey key = new Key(this, channel, ops, cancelling);
            key.attach(attachment);
            keys.add(key);
            return key;
        }

        @Override
        public Set<SelectionKey> keys() {
            return keys;
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            return selected;
        }

        @Override
        public int selectNow() throws IOException {
            return select(0);
        }

        @Override
        public int select(long timeout) throws IOException {
            rounds++;
            if (throwing) {
                throw new IOException("the selector is broken");
            }
            if (cancelling) {
                selected.addAll(keys);
            }
            return selected.size();
        }

        @Override
        public int select() throws IOException {
            return select(0);
        }

        @Override
        public Selector wakeup() {
            return this;
        }
    }

    private static final class Key extends AbstractSelectionKey {

        private final Selector selector;
        private final SelectableChannel channel;
        private final boolean cancelled;
        private int ops;

        Key(Selector selector, SelectableChannel channel, int ops, boolean cancelled) {
            this.cancelled = cancelled;
            this.selector = selector;
            this.channel = channel;
            this.ops = ops;
        }

        @Override
        public SelectableChannel channel() {
            return channel;
        }

        @Override
        public Selector selector() {
            return selector;
        }

        @Override
        public int interestOps() {
            return ops;
        }

        @Override
        public SelectionKey interestOps(int ops) {
            this.ops = ops;
            return this;
        }

        @Override
        public int readyOps() {
            if (cancelled) {
                throw new CancelledKeyException();
            }
            return 0;
        }
    }
}
