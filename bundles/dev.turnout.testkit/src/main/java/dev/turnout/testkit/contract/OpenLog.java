// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.network.Option;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.testkit.Hook;
import dev.turnout.testkit.LoopThread;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
    private final Queue<SwitchReport> switches = new ConcurrentLinkedQueue<>();
    private final Queue<Hook<BaseTransport>> instead = new ConcurrentLinkedQueue<>();

    /** Makes an observer that was told nothing. */
    public OpenLog() {}

    @Override
    public long nextId() {
        return ids.incrementAndGet();
    }

    @Override
    public void opened(BaseTransport transport) {
        Hook<BaseTransport> hook = instead.poll();
        if (hook == null) {
            opened.add(transport);
        } else {
            Hook.call(hook, transport);
        }
    }

    @Override
    public void closed(BaseTransport transport, @Nullable Throwable cause) {
        closed.add(transport);
    }

    @Override
    public void switched(BaseTransport transport, SwitchReport report) {
        switches.add(report);
    }

    @Override
    public Optional<Object> extraInfo(BaseTransport transport, String name) {
        return name.equals("bundle") ? Optional.of(BUNDLE) : Optional.empty();
    }

    /** Has an action run when the next connection begins, which is not told then; what it throws comes out. */
    public void insteadOfNextOpened(Hook<BaseTransport> hook) {
        instead.add(hook);
    }

    /** Waits for the next connection that begins. */
    public BaseTransport awaitOpened() {
        return await(opened, "a connection to begin");
    }

    /** Waits for the next connection that ends. */
    public BaseTransport awaitClosed() {
        return await(closed, "a connection to end");
    }

    /** Returns what was told about switches, oldest first. */
    public List<SwitchReport> switches() {
        return List.copyOf(switches);
    }

    private static BaseTransport await(BlockingQueue<BaseTransport> queue, String what) {
        try {
            BaseTransport next = queue.poll(LoopThread.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new AssertionError("waited " + Option.text(LoopThread.DEADLINE) + " for " + what);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }
}
