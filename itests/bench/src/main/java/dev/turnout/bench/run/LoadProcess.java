// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import dev.turnout.bench.load.Load;
import dev.turnout.bench.load.Order;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The load generator's process. */
public final class LoadProcess implements AutoCloseable {

    private final Child child;

    /** Starts it. */
    public LoadProcess(Launch launch, Path logs) throws IOException {
        List<String> command = launch.java(Load.class, List.of());
        child = new Child("the load generator", Cores.pinned(launch.cores().load(), command), logs.resolve("load.log"));
    }

    /** Does something at a moment of a run. */
    @FunctionalInterface
    public interface Moment {

        /** Does it. */
        void come() throws IOException, InterruptedException;
    }

    /**
     * Makes one run and returns its numbers.
     *
     * @param prepared is called between the preparation and the measured part
     * @param measured is called before the connections are closed
     */
    public Map<String, Double> run(Order order, Moment prepared, Moment measured)
            throws IOException, InterruptedException {
        Duration most = Duration.ofSeconds(60 + (long) order.seconds());
        String said = child.ask(order.toString(), most);
        IOException failure = null;
        if (said.equals("ready")) {
            failure = come(prepared);
            said = child.ask("go", most);
        }
        if (failure == null) {
            failure = come(measured);
        }
        child.tell("close");
        if (failure != null) {
            throw failure;
        }
        Map<String, Double> numbers = Lines.numbers(said);
        if (numbers.getOrDefault("errors", 1.0) > 0) {
            throw new IOException("the load generator found: " + Lines.text(said, "firstError"));
        }
        return numbers;
    }

    /** Keeps a failure, so that the run is led to its end. */
    private static @Nullable IOException come(Moment moment) throws InterruptedException {
        try {
            moment.come();
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
