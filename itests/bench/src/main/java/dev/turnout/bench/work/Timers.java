// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.work;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.core.Loops;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** Schedules a million timers that would fire in ten minutes to two hours, then cancels them all, in the order they were made in. */
public final class Timers {

    /** How many timers there are at a time. */
    public static final int MANY = 1_000_000;

    private static final long SOONEST = TimeUnit.MINUTES.toNanos(10);
    private static final long LATEST = TimeUnit.HOURS.toNanos(2);

    private static final AtomicLong FIRED = new AtomicLong();

    private Timers() {}

    /** Works as the second argument says: {@code bare}, {@code turnout}, {@code netty} or {@code wheel}. */
    public static void main(String[] args) throws IOException {
        worker(args[1]).serve();
    }

    static Worker worker(String way) {
        return switch (way) {
            case "turnout" -> turnout();
            case "netty" -> netty();
            case "wheel" -> wheel();
            default -> bare();
        };
    }

    private static Worker bare() {
        ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
        timers.setRemoveOnCancelPolicy(true);
        return new Worker(new Batch<Future<?>>(
                delay -> timers.schedule(Timers::fire, delay, TimeUnit.NANOSECONDS),
                timer -> timer.cancel(false),
                Runnable::run));
    }

    /** On the loop's thread, as callbacks use timers. */
    private static Worker turnout() {
        EventLoop loop = new Loops(1).next();
        return new Worker(
                new Batch<TimerHandle>(delay -> loop.callLater(delay, Timers::fire), TimerHandle::cancel, loop));
    }

    /** On the event loop's thread too. */
    private static Worker netty() {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        io.netty.channel.EventLoop loop = group.next();
        return new Worker(new Batch<ScheduledFuture<?>>(
                delay -> loop.schedule(Timers::fire, delay, TimeUnit.NANOSECONDS), timer -> timer.cancel(false), loop));
    }

    private static Worker wheel() {
        HashedWheelTimer timers = new HashedWheelTimer();
        TimerTask fire = timeout -> fire();
        return new Worker(new Batch<Timeout>(
                delay -> timers.newTimeout(fire, delay, TimeUnit.NANOSECONDS), Timeout::cancel, Runnable::run));
    }

    private static void fire() {
        FIRED.incrementAndGet();
    }

    /**
     * Schedules a million timers and cancels them.
     *
     * @param where runs both parts
     */
    private record Batch<T>(LongFunction<T> schedule, Consumer<T> cancel, Executor where) implements Callable<Integer> {

        @Override
        public Integer call() throws Exception {
            CompletableFuture<Void> done = new CompletableFuture<>();
            where.execute(() -> {
                try {
                    scheduleAndCancel();
                    done.complete(null);
                } catch (RuntimeException e) {
                    done.completeExceptionally(e);
                }
            });
            done.get();
            if (FIRED.get() > 0) {
                throw new IllegalStateException(FIRED + " timers fired");
            }
            return MANY;
        }

        private void scheduleAndCancel() {
            SplittableRandom random = new SplittableRandom(1);
            List<T> timers = new ArrayList<>(MANY);
            for (int i = 0; i < MANY; i++) {
                timers.add(schedule.apply(random.nextLong(SOONEST, LATEST)));
            }
            timers.forEach(cancel);
        }
    }
}
