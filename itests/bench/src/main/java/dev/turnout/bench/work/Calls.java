// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.work;

import dev.turnout.core.Loops;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Has one thread run what four others give it; each of them waits after a thousand calls until these were run. */
public final class Calls {

    /** How many threads call. */
    public static final int CALLERS = 4;

    /** How many calls of a thread may wait. */
    public static final int EACH = 1_000;

    private static final int TURNS = 20;

    private final Executor called;
    private final Runnable counting = this::count;
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private long expected;
    /** How many were run, of the called thread; whoever waits for its last call sees it. */
    private long run;

    private Calls(Executor called) {
        this.called = called;
    }

    /** Works as the second argument says: {@code bare}, {@code turnout} or {@code netty}. */
    public static void main(String[] args) throws IOException {
        worker(args[1]).serve();
    }

    static Worker worker(String way) {
        Executor called = switch (way) {
            case "turnout" -> new Loops(1).next()::callSoonThreadsafe;
            case "netty" -> new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
            default -> Executors.newSingleThreadExecutor();
        };
        return new Worker(new Calls(called)::call);
    }

    private int call() throws Exception {
        Callable<Void> caller = () -> {
            Semaphore done = new Semaphore(0);
            for (int turn = 0; turn < TURNS; turn++) {
                for (int i = 1; i < EACH; i++) {
                    called.execute(counting);
                }
                called.execute(() -> {
                    counting.run();
                    done.release();
                });
                done.acquire();
            }
            return null;
        };
        List<Callable<Void>> all = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            all.add(caller);
        }
        for (Future<Void> one : callers.invokeAll(all)) {
            one.get();
        }
        int calls = CALLERS * TURNS * EACH;
        expected += calls;
        if (run != expected) {
            throw new IllegalStateException("of " + expected + " calls " + run + " were run");
        }
        return calls;
    }

    private void count() {
        run++;
    }
}
