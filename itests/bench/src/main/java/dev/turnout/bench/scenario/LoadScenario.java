// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.run.Samples;
import dev.turnout.bench.run.SystemCalls;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A scenario of messages that the load generator sends and gets back; a subclass says which. */
abstract class LoadScenario implements Scenario {

    private final String name;
    private final String kind;
    private final String about;

    LoadScenario(String name, String kind, String about) {
        this.name = name;
        this.kind = kind;
        this.about = about;
    }

    /** Returns the load of one run. */
    abstract Order order(SocketAddress address, double seconds);

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String kind() {
        return kind;
    }

    @Override
    public final String about() {
        return about;
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.deciding("rate", "messages/s", 0, Figure.Better.HIGHER),
                Figure.deciding("cpuMicros", "CPU µs", 2, Figure.Better.LOWER),
                Figure.compared("userMicros", "user µs", 2, Figure.Better.LOWER),
                Figure.of("systemMicros", "system µs", 2),
                Figure.of("p50Micros", "p50 µs", 0),
                Figure.of("p99Micros", "p99 µs", 0),
                Figure.of("p999Micros", "p99.9 µs", 0),
                Figure.of("calls", "calls", 2),
                Figure.of("allocatedBytes", "alloc B", 1),
                Figure.of("gcs", "GCs", 0),
                Figure.of("serverCpu", "server CPU", 2),
                Figure.of("loadCpu", "load CPU", 2),
                Figure.STOLEN);
    }

    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        try (Samples samples = trial.samples()) {
            Reading reading = new Reading(trial.server(), samples);
            Map<String, Double> load =
                    trial.load().run(order(trial.server().address(), seconds), reading::begin, reading::end);

            Map<String, Double> figures = new LinkedHashMap<>(load);
            figures.put("rate", load.getOrDefault("messages", 0.0) / load.getOrDefault("seconds", 1.0));
            figures.putAll(reading.figures(load.getOrDefault("total", 0.0)));
            return figures;
        }
    }

    @Override
    public Map<String, Double> systemCalls(Trial trial, double seconds) throws IOException, InterruptedException {
        Map<String, Double> calls = new LinkedHashMap<>();
        List<SystemCalls> counting = new ArrayList<>();
        double total;
        try {
            total = trial.load()
                    .run(
                            order(trial.server().address(), seconds),
                            () -> counting.add(new SystemCalls(trial.server().pid(), trial.logs())),
                            () -> calls.putAll(counting.get(0).stop()))
                    .getOrDefault("total", 0.0);
        } finally {
            counting.forEach(SystemCalls::close);
        }
        Map<String, Double> each = new LinkedHashMap<>();
        double sum = 0;
        for (Map.Entry<String, Double> call : calls.entrySet()) {
            sum += call.getValue();
            each.put(call.getKey(), call.getValue() / total);
        }
        each.put("calls", sum / total);
        return each;
    }
}
