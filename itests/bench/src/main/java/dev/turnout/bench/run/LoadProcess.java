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

/** The load generator's process, started when it is first needed: some scenarios have no use for it. One thread. */
public final class LoadProcess implements AutoCloseable {

    private final Launch launch;
    private final Path logs;
    private @Nullable Child started;

    /** Prepares its start. */
    public LoadProcess(Launch launch, Path logs) {
        this.launch = launch;
        this.logs = logs;
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
     * @param prepared is called between the preparation and the measured part, if the load could be prepared
     * @param measured is called before the connections are closed, if {@code prepared} was and did not fail
     */
    public Map<String, Double> run(Order order, Moment prepared, Moment measured)
            throws IOException, InterruptedException {
        Child child = child();
        Duration most = Duration.ofSeconds(60 + (long) order.seconds());
        String said = child.ask(order.toString(), most);
        IOException failure = null;
        if (said.equals("ready")) {
            failure = come(prepared);
            said = child.ask("go", most);
            if (failure == null) {
                failure = come(measured);
            }
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

    private Child child() throws IOException {
        if (started == null) {
            List<String> command = launch.java(Load.class, List.of());
            started = new Child(
                    "the load generator", Cores.pinned(launch.cores().load(), command), logs.resolve("load.log"));
        }
        return started;
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
        if (started != null) {
            started.close();
        }
    }
}
