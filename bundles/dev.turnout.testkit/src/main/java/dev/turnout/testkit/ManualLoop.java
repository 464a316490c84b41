// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.loop.Accepted;
import dev.turnout.api.loop.Datagram;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.ExceptionHandler;
import dev.turnout.api.loop.Handle;
import dev.turnout.api.loop.NameInfo;
import dev.turnout.api.loop.Received;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Is a loop whose clock the test advances: no thread, no selector, no waiting.
 *
 * <p>The test's thread is the loop's thread: {@link #inLoop()} is always true there. Turns keep the order of real loops: what was scheduled
 * before the turn, then timers due. What a callback throws is reported; without a handler it is thrown out of the turn, so that no failure is missed.
 * Everything that needs a channel or another thread throws {@link UnsupportedOperationException}. Single-threaded.
 */
public final class ManualLoop implements IoLoop {

    private static final int MOST_TURNS = 100_000;
    private static final int SCRATCH_BYTES = 256 * 1024;
    private static final int OUTGOING_BYTES = 128 * 1024;

    private final Thread owner = Thread.currentThread();
    private final Queue<Task> ready = new ArrayDeque<>();
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.comparingLong(Task::when).thenComparingLong(Task::number));
    private final Set<LoopResource> resources = new LinkedHashSet<>();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    private final ByteBuffer scratchView = scratch.asReadOnlyBuffer();
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(OUTGOING_BYTES);
    private final List<ErrorContext> reports = new ArrayList<>();

    private @Nullable ExceptionHandler handler;
    private Duration slowCallbackDuration = Duration.ofMillis(100);
    private long now;
    private long numbers;
    private boolean debug = true;
    private boolean running;
    private boolean stopped;
    private boolean closed;

    /** Makes a loop whose clock stands at zero. */
    public ManualLoop() {}

    private final class Task implements TimerHandle {

        private final long when;
        private final long number = numbers++;
        private @Nullable Runnable callback;
        private boolean cancelled;

        Task(long when, Runnable callback) {
            this.when = when;
            this.callback = callback;
        }

        long number() {
            return number;
        }

        void run() {
            Runnable work = callback;
            callback = null;
            if (work == null) {
                return;
            }
            try {
                work.run();
            } catch (Exception | LinkageError | AssertionError e) {
                callExceptionHandler(
                        ErrorContext.of("Exception in callback " + work, e).with(ErrorContext.HANDLE, this));
            }
        }

        @Override
        public long when() {
            return when;
        }

        @Override
        public void cancel() {
            if (callback != null) {
                callback = null;
                cancelled = true;
                timers.remove(this);
            }
        }

        @Override
        public boolean cancelled() {
            return cancelled;
        }
    }

    /** Advances the clock in one step and runs turns until nothing is due. */
    public void advance(Duration by) {
        now += by.toNanos();
        runUntilIdle();
    }

    /** Runs one turn and returns how many callbacks it ran. */
    public int runOnce() {
        requireOpen();
        while (!timers.isEmpty() && timers.element().when <= now) {
            ready.add(timers.remove());
        }
        int count = ready.size();
        boolean outer = running;
        running = true;
        try {
            for (int i = 0; i < count; i++) {
                ready.remove().run();
            }
        } finally {
            running = outer;
        }
        return count;
    }

    /** Runs turns until nothing is ready and no timer is due. */
    public void runUntilIdle() {
        for (int turn = 0; turn < MOST_TURNS; turn++) {
            if (runOnce() == 0) {
                return;
            }
        }
        throw new AssertionError(
                "the loop is not idle after " + MOST_TURNS + " turns: a callback schedules itself again and again");
    }

    /** Returns how many timers wait. */
    public int timers() {
        return timers.size();
    }

    /** Returns the resources attached and not detached. */
    public Set<LoopResource> resources() {
        return resources;
    }

    /** Returns what was reported, oldest first. */
    public List<ErrorContext> reports() {
        return reports;
    }

    @Override
    public String name() {
        return "manual";
    }

    @Override
    public Handle callSoon(Runnable callback) {
        return schedule(new Task(now, callback), ready);
    }

    @Override
    public Handle callSoonThreadsafe(Runnable callback) {
        checkThread();
        return callSoon(callback);
    }

    @Override
    public void execute(Runnable task) {
        callSoonThreadsafe(task);
    }

    @Override
    public TimerHandle callLater(Duration delay, Runnable callback) {
        return callLater(delay.toNanos(), callback);
    }

    @Override
    public TimerHandle callLater(long delayNanos, Runnable callback) {
        return callAt(now + delayNanos, callback);
    }

    @Override
    public TimerHandle callAt(long whenNanos, Runnable callback) {
        return schedule(new Task(whenNanos, callback), timers);
    }

    private Task schedule(Task task, Queue<Task> queue) {
        requireOpen();
        checkThread();
        queue.add(task);
        return task;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("cannot schedule on loop manual: it is closed; make a new one");
        }
    }

    @Override
    public long time() {
        return now;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == owner;
    }

    /** Runs turns until {@link #stop()}, advancing the clock to the next timer whenever nothing else is to do. */
    @Override
    public void runForever() {
        requireOpen();
        do {
            if (runOnce() == 0 && !stopped) {
                Task next = timers.peek();
                if (next == null) {
                    throw new IllegalStateException(
                            "loop manual would wait for ever: nothing is scheduled; schedule stop() before");
                }
                now = next.when;
            }
        } while (!stopped);
        stopped = false;
    }

    @Override
    public <T> T runUntilComplete(CompletionStage<T> stage) {
        CompletableFuture<T> future = stage.toCompletableFuture();
        for (int turn = 0; turn < MOST_TURNS && !future.isDone(); turn++) {
            Task next = timers.peek();
            if (runOnce() == 0 && next != null) {
                now = Math.max(now, next.when);
            }
        }
        if (!future.isDone()) {
            throw new IllegalStateException("loop manual has nothing more to run and the stage is not complete");
        }
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (running) {
            throw new IllegalStateException("cannot close loop manual while it runs a callback");
        }
        closed = true;
        ready.clear();
        timers.clear();
    }

    @Override
    public void shutdown(Duration timeout) {
        List.copyOf(resources).stream().filter(LoopResource::isServer).forEach(LoopResource::close);
        List.copyOf(resources).forEach(LoopResource::close);
        advance(timeout);
        List.copyOf(resources).forEach(LoopResource::abort);
        runUntilIdle();
        close();
    }

    @Override
    public <T> CompletableFuture<T> createFuture() {
        return new CompletableFuture<>();
    }

    @Override
    public @Nullable ExceptionHandler getExceptionHandler() {
        return handler;
    }

    @Override
    public void setExceptionHandler(@Nullable ExceptionHandler newHandler) {
        handler = newHandler;
    }

    @Override
    public void callExceptionHandler(ErrorContext context) {
        reports.add(context);
        ExceptionHandler own = handler;
        if (own != null) {
            own.handle(this, context);
        } else {
            defaultExceptionHandler(context);
        }
    }

    /** Throws the failure out of the turn. */
    @Override
    public void defaultExceptionHandler(ErrorContext context) {
        throw new AssertionError(context.message() + " " + context.parts(), context.exception());
    }

    @Override
    public boolean getDebug() {
        return debug;
    }

    @Override
    public void setDebug(boolean on) {
        debug = on;
    }

    @Override
    public Duration getSlowCallbackDuration() {
        return slowCallbackDuration;
    }

    @Override
    public void setSlowCallbackDuration(Duration duration) {
        slowCallbackDuration = duration;
    }

    @Override
    public ByteBuffer scratch() {
        return scratch.clear();
    }

    @Override
    public ByteBuffer scratchView() {
        return scratchView.clear().order(ByteOrder.BIG_ENDIAN);
    }

    @Override
    public ByteBuffer outgoing() {
        return outgoing;
    }

    @Override
    public void attach(LoopResource resource) {
        resources.add(resource);
    }

    @Override
    public void detach(LoopResource resource) {
        resources.remove(resource);
    }

    @Override
    public void checkThread() {
        if (!inLoop()) {
            throw new IllegalStateException("loop manual belongs to thread " + owner.getName() + ", not to "
                    + Thread.currentThread().getName() + "; a manual loop has no door for other threads");
        }
    }

    private static UnsupportedOperationException unsupported(String what) {
        return new UnsupportedOperationException(
                "a manual loop cannot " + what + ": it has no selector and no threads; use a real loop in this test");
    }

    @Override
    public SelectorProvider provider() {
        throw unsupported("open channels");
    }

    @Override
    public Registration register(SelectableChannel channel, int ops, ReadyHandler owner) {
        throw unsupported("register a channel");
    }

    @Override
    public @Nullable Object owner(SelectableChannel channel) {
        return null;
    }

    /** Runs the task in a turn of its own, as if another thread had done it meanwhile; there is only the default executor. */
    @Override
    public <T> CompletionStage<T> runInExecutor(@Nullable Executor executor, Callable<T> task) {
        if (executor != null) {
            throw unsupported("run a task in an executor of yours");
        }
        CompletableFuture<T> result = createFuture();
        callSoon(() -> {
            T value;
            try {
                value = task.call();
            } catch (Exception e) {
                result.completeExceptionally(e);
                return;
            }
            result.complete(value);
        });
        return result;
    }

    @Override
    public void setDefaultExecutor(ExecutorService executor) {
        throw unsupported("use an executor");
    }

    @Override
    public CompletionStage<Void> shutdownDefaultExecutor(Duration timeout) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<List<InetSocketAddress>> getaddrinfo(
            @Nullable String host, @Nullable String port, @Nullable ProtocolFamily family) {
        throw unsupported("resolve names");
    }

    @Override
    public CompletionStage<NameInfo> getnameinfo(InetSocketAddress address) {
        throw unsupported("resolve names");
    }

    @Override
    public void addSignalHandler(String signal, Runnable callback) {
        throw unsupported("handle signals");
    }

    @Override
    public boolean removeSignalHandler(String signal) {
        return false;
    }

    @Override
    public void addReader(SelectableChannel channel, Runnable callback) {
        throw unsupported("watch a channel");
    }

    @Override
    public boolean removeReader(SelectableChannel channel) {
        return false;
    }

    @Override
    public void addWriter(SelectableChannel channel, Runnable callback) {
        throw unsupported("watch a channel");
    }

    @Override
    public boolean removeWriter(SelectableChannel channel) {
        return false;
    }

    @Override
    public CompletionStage<ByteBuffer> sockRecv(SocketChannel channel, int max) {
        throw unsupported("receive");
    }

    @Override
    public CompletionStage<Integer> sockRecvInto(SocketChannel channel, ByteBuffer target) {
        throw unsupported("receive");
    }

    @Override
    public CompletionStage<Void> sockSendall(SocketChannel channel, ByteBuffer data) {
        throw unsupported("send");
    }

    @Override
    public CompletionStage<Datagram> sockRecvfrom(DatagramChannel channel, int max) {
        throw unsupported("receive");
    }

    @Override
    public CompletionStage<Received> sockRecvfromInto(DatagramChannel channel, ByteBuffer target) {
        throw unsupported("receive");
    }

    @Override
    public CompletionStage<Integer> sockSendto(DatagramChannel channel, ByteBuffer data, SocketAddress target) {
        throw unsupported("send");
    }

    @Override
    public CompletionStage<Void> sockConnect(SocketChannel channel, SocketAddress target) {
        throw unsupported("connect");
    }

    @Override
    public CompletionStage<Accepted> sockAccept(ServerSocketChannel channel) {
        throw unsupported("accept");
    }

    @Override
    public CompletionStage<Long> sockSendfile(SocketChannel channel, FileChannel file, long offset, long count) {
        throw unsupported("send a file");
    }
}
