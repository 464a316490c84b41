// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import dev.turnout.api.loop.io.IoLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/** Gives a test a loop on its own thread, a trace, the log, and ways to run to a condition instead of for a time. */
public abstract class LoopFixture {

    protected static final Duration PATIENCE = Duration.ofSeconds(30);

    protected final LogRecorder log = new LogRecorder("dev.turnout.core");
    protected final IoLoop loop = newLoop();
    protected final List<Object> trace = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();

    protected IoLoop newLoop() {
        return EventLoops.newEventLoop("test-loop");
    }

    @AfterEach
    final void closeAll() throws IOException {
        loop.close();
        for (Channel channel : channels) {
            channel.close();
        }
        log.close();
    }

    protected final <C extends Channel> C track(C channel) {
        channels.add(channel);
        return channel;
    }

    protected final <C extends SelectableChannel> C nonBlocking(C channel) throws IOException {
        track(channel).configureBlocking(false);
        return channel;
    }

    /** Returns a pipe with a non-blocking end to read. */
    protected final Pipe pipe() throws IOException {
        Pipe pipe = loop.provider().openPipe();
        nonBlocking(pipe.source());
        track(pipe.sink());
        return pipe;
    }

    protected final Pipe readablePipe() throws IOException {
        Pipe pipe = pipe();
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
        return pipe;
    }

    protected final void runTurns(int count) {
        for (int i = 0; i < count; i++) {
            loop.stop();
            loop.runForever();
        }
    }

    protected final <T> T run(CompletionStage<T> stage) {
        CompletableFuture<T> bounded = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> {
            if (failure == null) {
                bounded.complete(value);
            } else {
                bounded.completeExceptionally(failure);
            }
        });
        var limit = loop.callLater(
                PATIENCE, () -> bounded.completeExceptionally(new AssertionError("nothing after " + PATIENCE)));
        try {
            return loop.runUntilComplete(bounded);
        } finally {
            limit.cancel();
        }
    }

    protected final void runUntil(BooleanSupplier condition) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Runnable() {
            @Override
            public void run() {
                if (condition.getAsBoolean()) {
                    done.complete(null);
                } else {
                    loop.callLater(1_000_000, this);
                }
            }
        }.run();
        run(done);
    }

    /** Runs something on another thread and returns what it threw, if anything. */
    protected static Throwable onOtherThread(Runnable task) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        thread.start();
        join(thread);
        return thrown.get();
    }

    protected static void join(Thread thread) {
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (thread.isAlive()) {
            AssertionError stuck = new AssertionError("thread " + thread.getName() + " does not end");
            stuck.setStackTrace(thread.getStackTrace());
            throw stuck;
        }
    }

    /** Waits on a thread that runs no loop. */
    protected static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("nothing after " + PATIENCE);
            }
            Thread.onSpinWait();
        }
    }

    protected static List<String> threadNames() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }
}
