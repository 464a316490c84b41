// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Runs callbacks one after the other on one thread: those that are ready, those whose channel is ready, those whose time has come.
 *
 * <p>One turn polls for I/O, then runs everything scheduled before the turn began, then the I/O callbacks found ready, then the timers due by then;
 * what a callback schedules runs in a later turn (LOOP-2, LOOP-45). All methods belong on the loop's thread, except
 * {@link #callSoonThreadsafe}, {@link #execute}, {@link #inLoop}, {@link #stop}, {@link #isRunning}, {@link #isClosed}, {@link #time},
 * {@link #name}, {@link #getDebug}, {@link #setDebug}, {@link #createFuture}, {@link #runInExecutor} and {@link #getaddrinfo}.
 * After {@link #close()} everything that would schedule fails with {@link IllegalStateException} (LOOP-28).
 *
 * @see "sections 1 to 4, 22 and 23"
 */
@ProviderType
public interface EventLoop extends Executor, SocketOperations {

    /** Returns the loop's name, which its thread has too (JAVA-26). */
    String name();

    /** Runs the callback in a later turn, once, first in first out (LOOP-1). In debug mode a call from another thread fails (LOOP-35). */
    Handle callSoon(Runnable callback);

    /** Does the same from any thread, and wakes the loop (LOOP-15 to -18). */
    Handle callSoonThreadsafe(Runnable callback);

    /** Runs the task on the loop; from any thread, the loop's door for {@link CompletionStage} chains (JAVA-25). */
    @Override
    void execute(Runnable task);

    /** Runs the callback after the delay, never before; zero and less mean in a later turn (LOOP-6, LOOP-7). */
    TimerHandle callLater(Duration delay, Runnable callback);

    /** Does the same with a delay in nanoseconds. */
    TimerHandle callLater(long delayNanos, Runnable callback);

    /** Runs the callback when {@link #time()} has reached {@code whenNanos}; equal times keep the order of the calls (LOOP-8 to -10). */
    TimerHandle callAt(long whenNanos, Runnable callback);

    /** Returns the loop's monotonic clock in nanoseconds. */
    long time();

    /** Tells whether the calling thread is the one that runs this loop now. */
    boolean inLoop();

    /**
     * Runs the loop on the calling thread until {@link #stop()}.
     *
     * @throws IllegalStateException if this loop runs already, another one runs in this thread, or it is closed
     * @see "LOOP-19 to LOOP-25, ERR-9"
     */
    void runForever();

    /**
     * Runs the loop on the calling thread until the stage is complete and returns its result.
     *
     * @throws IllegalStateException as {@link #runForever()}, or if the loop was stopped before (LOOP-24)
     * @throws java.util.concurrent.CompletionException with the stage's failure as cause, if that is a checked exception; unchecked ones are thrown as they are
     */
    <T> T runUntilComplete(CompletionStage<T> stage);

    /** Ends the run after the turn in progress; before a run, makes the next one last a single turn (LOOP-20, LOOP-21). Any thread. */
    void stop();

    /** Tells whether the loop is being run (LOOP-19). */
    boolean isRunning();

    /** Tells whether {@link #close()} was called. */
    boolean isClosed();

    /**
     * Drops all callbacks and timers and frees selector, wake-up channel and executor; does not wait for running tasks. Results of
     * {@link #runInExecutor} that are on their way complete inside this call.
     *
     * @throws IllegalStateException while the loop runs (LOOP-26)
     * @see "LOOP-27 to LOOP-31"
     */
    void close();

    /**
     * Ends in order: closes servers, then transports, runs on until each {@code connectionLost} ran or the time is over, aborts the rest, then closes.
     *
     * <p>Called from outside: from the thread that owns a loop which is not running, or from any other thread while it runs elsewhere; it blocks.
     *
     * @throws IllegalStateException if called inside a callback of this loop
     * @see "LOOP-32"
     */
    void shutdown(Duration timeout);

    /** Returns an incomplete future whose blocking methods fail in debug mode on a loop's thread instead of hanging it (JAVA-42). */
    <T> CompletableFuture<T> createFuture();

    /** Returns the handler that was set, or null while the default one is in use (ERR-4). */
    @Nullable
    ExceptionHandler getExceptionHandler();

    /** Sets the handler of reports; null restores the default. */
    void setExceptionHandler(@Nullable ExceptionHandler handler);

    /** Reports a failure to the handler; never throws, but for fatal errors of the VM (ERR-6, ERR-7, ERR-9). */
    void callExceptionHandler(ErrorContext context);

    /** Logs a report as one record of level error (ERR-3). */
    void defaultExceptionHandler(ErrorContext context);

    /** Tells whether debug mode is on. */
    boolean getDebug();

    /** Switches debug mode, at any time and from any thread (LOOP-34). Its checks: LOOP-35 to -38, EXEC-13, SOCK-10, JAVA-19, JAVA-27, JAVA-42. */
    void setDebug(boolean debug);

    /** Returns from which length on a callback is reported as slow in debug mode; 100 ms unless set. */
    Duration getSlowCallbackDuration();

    /** Sets from which length on a callback is reported as slow in debug mode (LOOP-37). */
    void setSlowCallbackDuration(Duration duration);

    /**
     * Runs a task on an executor and completes the stage on the loop; if the loop was closed meanwhile, on the thread that closed it, or on the
     * executor's if the task ends later.
     *
     * @param executor where to run it; null means the default pool, made on first use (EXEC-1)
     * @throws IllegalStateException if the default pool is wanted after {@link #shutdownDefaultExecutor} (EXEC-5)
     */
    <T> CompletionStage<T> runInExecutor(@Nullable Executor executor, Callable<T> task);

    /**
     * Replaces the default pool; the former is not shut down. The loop shuts the pool in use when it closes.
     *
     * @throws IllegalArgumentException if it is null or shut down (EXEC-4)
     */
    void setDefaultExecutor(ExecutorService executor);

    /** Refuses further tasks of the default pool and completes when the present ones ended, or with a warning when the time is over (EXEC-6). */
    CompletionStage<Void> shutdownDefaultExecutor(Duration timeout);

    /**
     * Resolves host and port off the loop.
     *
     * @param host a name or literal address; null or empty means all interfaces
     * @param port a number or service name as text; null or empty means 0
     * @param family only addresses of this family, or null for all
     * @return the addresses in the resolver's order, never empty: no answer is an {@link java.io.IOException}
     * @see "EXEC-7 to EXEC-13"
     */
    CompletionStage<List<InetSocketAddress>> getaddrinfo(
            @Nullable String host, @Nullable String port, @Nullable ProtocolFamily family);

    /** Finds the names of an address off the loop (EXEC-7). */
    CompletionStage<NameInfo> getnameinfo(InetSocketAddress address);

    /**
     * Runs the callback on the loop whenever the process gets the signal.
     *
     * @param signal the name without SIG, such as {@code HUP}
     * @throws IllegalArgumentException if there is no such signal or it cannot be caught
     * @throws UnsupportedOperationException where the runtime forbids handlers
     * @see "SIG-1 to SIG-6"
     */
    void addSignalHandler(String signal, Runnable callback);

    /** Restores the former handling and tells whether there was a handler of this loop. */
    boolean removeSignalHandler(String signal);
}
