// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import dev.turnout.core.internal.SelectorLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs several loops, each on a thread of its own, and hands them out in turn.
 *
 * <p>The threads are daemons, so that a plain {@code main} that forgets to close can still end; a program that only serves keeps its main thread
 * waiting. A thread whose loop meets a fatal error of the VM logs it, closes its loop and ends; the loop is not handed out any more.
 *
 * @see "JAVA-26, ERR-9"
 */
public final class Loops implements LoopGroup, AutoCloseable {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final long START_SECONDS = 10;

    private final List<IoLoop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    /** Starts {@code count} loops over the JDK's selectors, on threads named {@code turnout-0} and so on. */
    public Loops(int count) {
        this(count, "turnout", SelectorProvider.provider());
    }

    /**
     * Starts the loops; returns when all of them run.
     *
     * @param count how many, at least 1
     * @param threadNamePrefix loops and threads are named with this, a dash and a number from 0 on
     * @throws UncheckedIOException if no selector can be opened, or file descriptors are short
     */
    public Loops(int count, String threadNamePrefix, SelectorProvider provider) {
        if (count < 1) {
            throw new IllegalArgumentException("a group needs at least one loop: " + count);
        }
        List<IoLoop> made = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                made.add(new SelectorLoop(threadNamePrefix + "-" + i, provider));
            }
        } catch (IOException e) {
            made.forEach(IoLoop::close);
            throw new UncheckedIOException("cannot make " + count + " loops: " + e.getMessage(), e);
        }
        loops = List.copyOf(made);
        start();
    }

    @Override
    public List<IoLoop> loops() {
        return loops;
    }

    @Override
    public IoLoop next() {
        int size = loops.size();
        int start = Math.floorMod(turn.getAndIncrement(), size);
        for (int i = 0; i < size; i++) {
            IoLoop loop = loops.get((start + i) % size);
            if (!loop.isClosed()) {
                return loop;
            }
        }
        return loops.get(start);
    }

    /**
     * Shuts all loops down in order, within about ten seconds at the most; what has not ended after five is aborted.
     *
     * @throws IllegalStateException if called on the thread of one of these loops
     */
    @Override
    public void close() {
        close(CLOSE_TIMEOUT);
    }

    /** Does the same with another time for what is open to end by itself. */
    public void close(Duration timeout) {
        for (IoLoop loop : loops) {
            if (loop.inLoop()) {
                throw new IllegalStateException("cannot close a group of loops on " + loop
                        + " itself, which would wait for itself; use another thread");
            }
        }
        for (IoLoop loop : loops) {
            ((SelectorLoop) loop).beginShutdown(timeout);
        }
        for (IoLoop loop : loops) {
            try {
                ((SelectorLoop) loop).awaitShutdown(timeout);
            } catch (IllegalStateException e) {
                LOG.log(Level.ERROR, "cannot close " + loop, e);
            }
        }
    }

    private void start() {
        CountDownLatch running = new CountDownLatch(loops.size());
        for (IoLoop loop : loops) {
            Thread thread = HelperThreads.daemon(loop.name(), () -> run(loop));
            loop.callSoonThreadsafe(running::countDown);
            thread.start();
        }
        try {
            if (!running.await(START_SECONDS, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "the loops took more than {0} s to start", START_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(IoLoop loop) {
        try {
            loop.runForever();
        } catch (Throwable fatal) {
            try {
                LOG.log(Level.ERROR, loop + " ends by a fatal error; its connections are lost", fatal);
            } finally {
                loop.close();
            }
        }
    }
}
