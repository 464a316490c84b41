// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.part;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.core.Loops;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Calls, timers and wake-ups of a running loop. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Benchmark)
public class LoopBenchmark {

    private static final int EACH = 1_000;
    private static final Duration LATER = Duration.ofHours(1);

    private final Loops loops = new Loops(1);
    private final EventLoop loop = loops.next();

    /** Closes the loop. */
    @TearDown
    public void close() {
        loops.close();
    }

    /** Queues callbacks on the loop and lets them run. */
    @Benchmark
    @OperationsPerInvocation(EACH)
    public void callSoon() {
        onLoop(done -> {
            for (int i = 1; i < EACH; i++) {
                loop.callSoon(() -> {});
            }
            loop.callSoon(() -> done.complete(null));
        });
    }

    /** Queues callbacks from another thread and lets them run. */
    @Benchmark
    @OperationsPerInvocation(EACH)
    public void callSoonThreadsafe() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        for (int i = 1; i < EACH; i++) {
            loop.callSoonThreadsafe(() -> {});
        }
        loop.callSoonThreadsafe(() -> done.complete(null));
        done.join();
    }

    /** Schedules timers and cancels them. */
    @Benchmark
    @OperationsPerInvocation(EACH)
    public void scheduleAndCancel() {
        onLoop(done -> {
            for (int i = 0; i < EACH; i++) {
                loop.callLater(LATER, () -> {}).cancel();
            }
            done.complete(null);
        });
    }

    private void onLoop(Consumer<CompletableFuture<Void>> work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.callSoonThreadsafe(() -> work.accept(done));
        done.join();
    }
}
