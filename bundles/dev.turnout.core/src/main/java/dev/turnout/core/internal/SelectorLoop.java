// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.Handle;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Is an event loop over a {@link java.nio.channels.Selector}.
 *
 * <p>States: idle, running, closed. {@code run} leads from idle to running and back, any number of times; {@code close} from idle to closed, for good.
 * While it runs, everything but the {@link ReadyQueue} belongs to the thread that runs it; while it is idle, to the thread that made it.
 *
 * @see "sections 1 to 4"
 */
public final class SelectorLoop extends DelegatingLoop {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");
    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final ThreadLocal<SelectorLoop> RUNNING = new ThreadLocal<>();

    /** Start of the clock of all loops: times are small and positive, so that their sums saturate instead of wrapping around. */
    private static final long CLOCK_START = System.nanoTime();

    private static final long MAX_POLL_MILLIS = TimeUnit.DAYS.toMillis(1);
    private static final long SHUTDOWN_GRACE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int ORIGIN_FRAMES = 10;
    private static final int SCRATCH_BYTES = 256 * 1024;
    private static final int OUTGOING_BYTES = 128 * 1024;

    private final String name;
    private final Poller poller;
    private final ReadyQueue ready;
    private final TimerHeap timers = new TimerHeap();

    /** Timers made on other threads, on their way to the heap. */
    private final ConcurrentLinkedQueue<Timer> incomingTimers = new ConcurrentLinkedQueue<>();

    private final Reports reports = new Reports(this);
    private final Watchdog watchdog;
    private final Workers workers = new Workers(this);
    private final Resolver resolver;
    private final Sockets sockets;
    private final Signals signals = new Signals(this, ClassLoader.getSystemClassLoader());
    private final Shutdown shutdown = new Shutdown(this);

    /** Guards the steps between idle, running and closed. */
    private final Object gate = new Object();

    private volatile @Nullable Thread runner;
    private volatile boolean stopping;
    private volatile boolean closed;
    private volatile boolean debug;

    private Timer[] due = new Timer[16];
    private int dueCount;
    private boolean interrupted;
    private @Nullable ByteBuffer scratch;
    private @Nullable ByteBuffer scratchView;
    private @Nullable ByteBuffer outgoing;

    /** Makes a loop that nobody runs yet. */
    public SelectorLoop(String name, SelectorProvider provider) throws IOException {
        this(name, provider, InetAddress::getAllByName);
    }

    SelectorLoop(String name, SelectorProvider provider, Resolver.Lookup lookup) throws IOException {
        Preloading.ensure();
        this.name = name;
        this.poller = new Poller(this, provider);
        this.ready = new ReadyQueue(poller::wakeup);
        this.watchdog = new Watchdog(name);
        this.resolver = new Resolver(this, lookup);
        this.sockets = new Sockets(this, poller);
    }

    // ---- callbacks and timers

    @Override
    public String name() {
        return name;
    }

    @Override
    public Handle callSoon(Runnable callback) {
        checkCaller("callSoon");
        return callSoonThreadsafe(callback);
    }

    @Override
    public Handle callSoonThreadsafe(Runnable callback) {
        requireOpen();
        Callback handle = newCallback(callback);
        ready.add(handle);
        if (closed && (handle.cancelled() || handle.task() != null)) {
            // it came too late to be run, or to be dropped with the rest
            handle.cancel();
            requireOpen();
        }
        return handle;
    }

    @Override
    public void execute(Runnable task) {
        callSoonThreadsafe(task);
    }

    /** Runs something soon on the loop, or here and now if the loop was closed: whoever waits for it must not wait for ever. */
    void deliver(Runnable task) {
        try {
            callSoonThreadsafe(new Delivery(task));
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "loop {0} was closed before it got a result", name);
            task.run();
        }
    }

    /** Runs something soon on the loop, or not at all if the loop was closed. */
    void tell(Runnable task) {
        try {
            callSoonThreadsafe(task);
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, "loop {0} was closed before it could be told", name);
        }
    }

    @Override
    public TimerHandle callLater(Duration delay, Runnable callback) {
        return callLater(nanos(delay), callback);
    }

    @Override
    public TimerHandle callLater(long delayNanos, Runnable callback) {
        long now = time();
        long when = now + delayNanos;
        return callAt(delayNanos > 0 && when < now ? Long.MAX_VALUE : when, callback);
    }

    @Override
    public TimerHandle callAt(long whenNanos, Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        checkCaller("callAt");
        requireOpen();
        Timer timer = new Timer(timers, whenNanos, callback, origin());
        if (inLoop()) {
            timers.add(timer);
        } else {
            incomingTimers.add(timer);
            ready.wake();
        }
        return timer;
    }

    @Override
    public long time() {
        return System.nanoTime() - CLOCK_START;
    }

    Callback newCallback(Runnable callback) {
        Objects.requireNonNull(callback, "callback");
        return new Callback(callback, origin());
    }

    private List<StackTraceElement> origin() {
        return debug ? callerFrames() : List.of();
    }

    private static List<StackTraceElement> callerFrames() {
        String own = SelectorLoop.class.getPackageName() + '.';
        return WALKER.walk(
                frames -> frames.dropWhile(frame -> frame.getClassName().startsWith(own))
                        .limit(ORIGIN_FRAMES)
                        .map(StackWalker.StackFrame::toStackTraceElement)
                        .toList());
    }

    // ---- threads

    @Override
    public boolean inLoop() {
        return runner == Thread.currentThread();
    }

    @Override
    public void checkThread() {
        Thread owner = runner;
        if (owner != Thread.currentThread() && owner != null) {
            throw wrongThread(owner, "touch what lives on loop " + name);
        }
    }

    private void checkCaller(String method) {
        if (debug) {
            Thread owner = runner;
            if (owner != null && owner != Thread.currentThread()) {
                throw wrongThread(owner, "call " + method + " of loop " + name);
            }
        }
    }

    private IllegalStateException wrongThread(Thread owner, String what) {
        return new IllegalStateException("cannot " + what + " on thread \""
                + Thread.currentThread().getName() + "\": it is run by thread \"" + owner.getName()
                + "\"; use loop.callSoonThreadsafe");
    }

    @Override
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("loop " + name + " is closed");
        }
    }

    static @Nullable SelectorLoop runningHere() {
        return RUNNING.get();
    }

    // ---- running

    @Override
    public void runForever() {
        Thread self = Thread.currentThread();
        String formerName = self.getName();
        enter(self);
        try {
            self.setName(name);
            do {
                turn();
            } while (!stopping);
        } finally {
            self.setName(formerName);
            leave(self);
        }
    }

    private void enter(Thread self) {
        SelectorLoop other = RUNNING.get();
        if (other != null && other != this) {
            throw new IllegalStateException("cannot run loop " + name + ": this thread runs loop " + other.name);
        }
        synchronized (gate) {
            requireOpen();
            if (runner != null) {
                throw new IllegalStateException("loop " + name + " is already running");
            }
            runner = self;
        }
        RUNNING.set(this);
    }

    private void leave(Thread self) {
        restoreTimers();
        if (watchdog.isOn()) {
            watchdog.stop();
        }
        RUNNING.remove();
        if (interrupted) {
            interrupted = false;
            self.interrupt();
        }
        synchronized (gate) {
            stopping = false;
            runner = null;
            gate.notifyAll();
        }
    }

    /** One turn: poll, then what was scheduled before, then the channels found ready, then the timers due by then (LOOP-2, LOOP-45). */
    private void turn() {
        for (Timer timer = incomingTimers.poll(); timer != null; timer = incomingTimers.poll()) {
            timers.add(timer);
        }
        timers.purgeIfMostlyCancelled();
        poll();
        // an interrupt is no message for us, and would close the file or channel that a callback uses next (JAVA-28)
        interrupted |= Thread.interrupted();
        if (debug != watchdog.isOn()) {
            switchWatchdog();
        }
        collectDue();
        Callback last = ready.last();
        for (Callback callback = ready.takeUpTo(last); callback != null; callback = ready.takeUpTo(last)) {
            fire(callback);
        }
        poller.dispatch();
        fireDue();
    }

    private void poll() {
        long first = timers.firstTime();
        // reading the clock costs time in every turn, and without a timer nobody needs it
        boolean timed = timers.size() > 0;
        long start = timed ? time() : 0;
        if (first <= start || !ready.fallAsleep()) {
            poller.poll(0);
            return;
        }
        // looked at after the announcement: whoever stops or adds a timer later sees the sleeper and wakes it
        if (stopping || !incomingTimers.isEmpty()) {
            ready.awake();
            poller.poll(0);
            return;
        }
        long millis = timed ? Math.min((first - start - 1) / 1_000_000 + 1, MAX_POLL_MILLIS) : Poller.NO_LIMIT;
        int found = poller.poll(millis);
        boolean woken = ready.awake();
        if (found > 0
                || woken
                || Thread.currentThread().isInterrupted()
                || (timed && time() - start >= (millis - 1) * 1_000_000)) {
            poller.countGoodRound();
        } else {
            poller.countIdleRound();
        }
    }

    private void collectDue() {
        if (timers.size() == 0) {
            return;
        }
        long now = time();
        for (Timer timer = timers.takeDue(now); timer != null; timer = timers.takeDue(now)) {
            if (dueCount == due.length) {
                due = Arrays.copyOf(due, dueCount * 2);
            }
            due[dueCount++] = timer;
        }
    }

    private void fireDue() {
        int count = dueCount;
        for (int i = 0; i < count; i++) {
            Timer timer = due[i];
            due[i] = null;
            fire(timer);
        }
        dueCount = 0;
    }

    /** Puts back what an abrupt end kept from firing. */
    private void restoreTimers() {
        for (int i = 0; i < dueCount; i++) {
            Timer timer = due[i];
            if (timer != null) {
                due[i] = null;
                timers.restore(timer);
            }
        }
        dueCount = 0;
    }

    private void fire(Callback callback) {
        Runnable task = callback.take();
        if (task != null) {
            invoke(task, callback);
        }
    }

    /** Runs a callback's task; what it throws is reported, but for fatal errors. */
    void invoke(Runnable task, Callback callback) {
        boolean timed = debug;
        if (timed) {
            watchdog.begin(task);
        }
        try {
            task.run();
        } catch (Throwable thrown) {
            reports.callbackFailed(callback, task, thrown);
        }
        if (timed) {
            watchdog.end(task);
        }
    }

    /** Calls the handler of a ready channel; what it throws is reported, but for fatal errors. */
    void ready(ChannelRegistration registration, int ops) {
        ReadyHandler handler = registration.handler;
        boolean timed = debug && !(handler instanceof Watch);
        if (timed) {
            watchdog.begin(handler);
        }
        try {
            handler.ready(ops);
        } catch (Throwable thrown) {
            reports.handlerFailed(registration, thrown);
        }
        if (timed) {
            watchdog.end(handler);
        }
    }

    private void switchWatchdog() {
        if (watchdog.isOn()) {
            watchdog.stop();
        } else {
            watchdog.start();
        }
    }

    @Override
    public <T> T runUntilComplete(CompletionStage<T> stage) {
        requireOpen();
        CompletableFuture<T> future = stage.toCompletableFuture();
        // one for each run: a stage that completes later must not stop a later run
        boolean[] waiting = {true};
        stage.whenComplete((value, failure) -> tell(() -> {
            if (waiting[0] && inLoop()) {
                stop();
            }
        }));
        try {
            runForever();
        } finally {
            waiting[0] = false;
        }
        if (!future.isDone()) {
            throw new IllegalStateException("loop " + name + " was stopped before the future was complete");
        }
        return resultOf(future);
    }

    private static <T> T resultOf(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return future.join();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new CompletionException(cause);
        }
    }

    @Override
    public void stop() {
        stopping = true;
        ready.wake();
    }

    @Override
    public boolean isRunning() {
        return runner != null;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        synchronized (gate) {
            if (runner != null) {
                throw new IllegalStateException("cannot close loop " + name + " while it is running; stop it first");
            }
            if (closed) {
                return;
            }
            closed = true;
        }
        shutdown.resources().forEach((resource, origin) -> attempt(() -> reportLeak(resource, origin)));
        attempt(signals::close);
        workers.close();
        List<Delivery> undelivered = ready.clear();
        incomingTimers.clear();
        timers.clear();
        poller.close();
        scratch = null;
        scratchView = null;
        outgoing = null;
        sockets.close();
        undelivered.forEach(Delivery::run);
    }

    private void reportLeak(LoopResource resource, List<StackTraceElement> origin) {
        try {
            StringBuilder text = new StringBuilder("loop " + name + " was closed while " + resource
                    + " was open: it is dropped without connectionLost; close it before, or use shutdown");
            origin.forEach(frame ->
                    text.append(System.lineSeparator()).append("    made at ").append(frame));
            LOG.log(Level.WARNING, text.toString());
        } finally {
            resource.dropped();
        }
    }

    /** Does one step of closing; one that fails must not keep the others from being done. */
    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "loop " + name + " was closed, but not all that it had could be freed", e);
        }
    }

    @Override
    public void shutdown(Duration timeout) {
        beginShutdown(timeout);
        awaitShutdown(timeout);
    }

    /** Starts the orderly end; see {@link #shutdown}. Does nothing on a closed loop. */
    public void beginShutdown(Duration timeout) {
        if (inLoop()) {
            throw new IllegalStateException(
                    "cannot shut loop " + name
                            + " down from one of its own callbacks, which would wait for itself; use another thread, or stop()");
        }
        long nanos = Math.max(nanos(timeout), 0);
        if (!closed) {
            callSoonThreadsafe(() -> shutdown.begin(nanos));
        }
    }

    /** Waits for the end that {@link #beginShutdown} started, running the loop here if nobody else does. */
    public void awaitShutdown(Duration timeout) {
        long limit = saturatedSum(time(), saturatedSum(Math.max(nanos(timeout), 0), SHUTDOWN_GRACE_NANOS));
        while (!closed && !shutdown.isDone()) {
            if (!awaitIdle(limit)) {
                throw busy();
            }
            if (!closed && !shutdown.isDone()) {
                runForever();
            }
        }
        if (!awaitIdle(limit)) {
            throw busy();
        }
        close();
    }

    private boolean awaitIdle(long limit) {
        boolean wasInterrupted = false;
        synchronized (gate) {
            for (long left = limit - time(); runner != null && left > 0; left = limit - time()) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(gate, left);
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                }
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
        return runner == null;
    }

    private IllegalStateException busy() {
        Thread owner = runner;
        IllegalStateException failure =
                new IllegalStateException("loop " + name + " did not end in time: a callback blocks its thread");
        if (owner != null) {
            Throwable place = new Throwable("stack of the loop's thread");
            place.setStackTrace(owner.getStackTrace());
            failure.addSuppressed(place);
        }
        return failure;
    }

    // ---- debug mode

    @Override
    public <T> CompletableFuture<T> createFuture() {
        return new LoopFuture<>();
    }

    @Override
    public boolean getDebug() {
        return debug;
    }

    @Override
    public void setDebug(boolean debug) {
        this.debug = debug;
    }

    @Override
    public Duration getSlowCallbackDuration() {
        return Duration.ofNanos(watchdog.slowNanos());
    }

    @Override
    public void setSlowCallbackDuration(Duration duration) {
        watchdog.setSlowNanos(nanos(duration));
    }

    // ---- parts

    @Override
    Reports reports() {
        return reports;
    }

    @Override
    Workers workers() {
        return workers;
    }

    @Override
    Resolver resolver() {
        return resolver;
    }

    @Override
    Sockets sockets() {
        return sockets;
    }

    @Override
    Signals signals() {
        return signals;
    }

    // ---- channels of transports

    @Override
    public SelectorProvider provider() {
        return poller.provider();
    }

    @Override
    public Registration register(SelectableChannel channel, int ops, ReadyHandler handler) {
        requireOpen();
        checkThread();
        Object owner = ownerOrWatch(channel);
        if (owner != null) {
            throw new IllegalStateException(
                    "cannot register " + channel + " for " + handler + ": it is used by " + owner);
        }
        return poller.register(channel, ops, handler);
    }

    @Override
    public @Nullable Object owner(SelectableChannel channel) {
        Object owner = ownerOrWatch(channel);
        return owner instanceof Watch ? null : owner;
    }

    private @Nullable Object ownerOrWatch(SelectableChannel channel) {
        ChannelRegistration registration = closed ? null : poller.registrationOf(channel);
        return registration == null ? null : registration.handler;
    }

    @Override
    public ByteBuffer scratch() {
        return allocatedScratch().clear();
    }

    @Override
    public ByteBuffer scratchView() {
        ByteBuffer view = scratchView;
        if (view == null) {
            view = allocatedScratch().asReadOnlyBuffer();
            scratchView = view;
        }
        // the order is all that clear() leaves of what the protocol before made of it
        return view.clear().order(ByteOrder.BIG_ENDIAN);
    }

    @Override
    public ByteBuffer outgoing() {
        ByteBuffer buffer = outgoing;
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(OUTGOING_BYTES);
            outgoing = buffer;
        }
        return buffer;
    }

    private ByteBuffer allocatedScratch() {
        ByteBuffer buffer = scratch;
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(SCRATCH_BYTES);
            scratch = buffer;
            outgoing(); // with it, so that what a loop needs does not depend on when a callback first writes
        }
        return buffer;
    }

    @Override
    public void attach(LoopResource resource) {
        checkThread();
        shutdown.attach(resource, origin());
    }

    @Override
    public void detach(LoopResource resource) {
        checkThread();
        shutdown.detach(resource);
    }

    @Override
    public String toString() {
        return "loop " + name + (closed ? " (closed)" : isRunning() ? " (running)" : "");
    }

    /** Returns a duration in nanoseconds; the longest there is for those that do not fit. */
    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE / 2 : Long.MAX_VALUE;
        }
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }
}
