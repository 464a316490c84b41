// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.work;

import dev.turnout.bench.server.Serving;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Does a task again and again while the time lasts, on a thread that is not the one that answers the runner, and lives as long as its process. */
final class Worker {

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "worker");
        made.setDaemon(true);
        return made;
    });
    private final Callable<Integer> task;

    /** @param task says how many operations it did, and throws if one of them went wrong */
    Worker(Callable<Integer> task) {
        this.task = task;
    }

    /** Obeys the runner to the end. */
    void serve() throws IOException {
        Serving.work(this::run);
    }

    /** Does the task at least once. */
    String run(double seconds) {
        try {
            return thread.submit(() -> repeat(seconds)).get();
        } catch (ExecutionException e) {
            return error(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return error("interrupted");
        }
    }

    private String repeat(double seconds) throws Exception {
        long begun = System.nanoTime();
        long operations = 0;
        double passed = 0;
        while (passed < seconds || operations == 0) {
            operations += task.call();
            passed = (System.nanoTime() - begun) / 1e9;
        }
        return String.format(Locale.ROOT, "{\"operations\":%d,\"seconds\":%.6f}", operations, passed);
    }

    private static String error(String what) {
        return "{\"error\":\"" + what.replaceAll("[\"\\\\\\p{Cntrl}]", " ") + "\"}";
    }
}
