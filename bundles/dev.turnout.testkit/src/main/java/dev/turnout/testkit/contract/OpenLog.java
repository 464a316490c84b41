// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.testkit.LoopThread;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Plays the network's part towards a transport and keeps what it was told. */
public final class OpenLog implements ConnectionObserver {

    /** Is what this observer answers for the name {@code bundle}. */
    public static final String BUNDLE = "dev.turnout.testkit/1.0.0";

    private final AtomicLong ids = new AtomicLong();
    private final BlockingQueue<BaseTransport> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<BaseTransport> closed = new LinkedBlockingQueue<>();

    /** Makes an observer that was told nothing. */
    public OpenLog() {}

    @Override
    public long nextId() {
        return ids.incrementAndGet();
    }

    @Override
    public void opened(BaseTransport transport) {
        opened.add(transport);
    }

    @Override
    public void closed(BaseTransport transport, @Nullable Throwable cause) {
        closed.add(transport);
    }

    @Override
    public Optional<Object> extraInfo(BaseTransport transport, String name) {
        return name.equals("bundle") ? Optional.of(BUNDLE) : Optional.empty();
    }

    /** Waits for the next connection that begins. */
    public BaseTransport awaitOpened() {
        return await(opened, "a connection to begin");
    }

    /** Waits for the next connection that ends. */
    public BaseTransport awaitClosed() {
        return await(closed, "a connection to end");
    }

    private static BaseTransport await(BlockingQueue<BaseTransport> queue, String what) {
        try {
            BaseTransport next = queue.poll(LoopThread.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new AssertionError("waited " + LoopThread.DEADLINE + " for " + what);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
