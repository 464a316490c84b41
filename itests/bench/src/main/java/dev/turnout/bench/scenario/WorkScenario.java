// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Work in a process of its own, on the servers' core, without a load generator. */
final class WorkScenario implements Scenario {

    private final String name;
    private final String kind;
    private final String unit;
    private final String about;

    /** @param unit what is counted */
    WorkScenario(String name, String kind, String unit, String about) {
        this.name = name;
        this.kind = kind;
        this.unit = unit;
        this.about = about;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public String about() {
        return about;
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.deciding("rate", unit + "/s", 0, Figure.Better.HIGHER),
                Figure.deciding("cpuMicros", "CPU µs", 3, Figure.Better.LOWER),
                Figure.compared("userMicros", "user µs", 3, Figure.Better.LOWER),
                Figure.of("systemMicros", "system µs", 3),
                Figure.of("allocatedBytes", "alloc B", 1),
                Figure.of("gcs", "GCs", 0),
                Figure.of("serverCpu", "server CPU", 2),
                Figure.STOLEN);
    }

    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        Reading reading = new Reading(trial.server(), null);
        reading.begin();
        Map<String, Double> work = trial.server().work(seconds);
        reading.end();

        double operations = work.getOrDefault("operations", 0.0);
        Map<String, Double> figures = new LinkedHashMap<>(work);
        figures.put("rate", operations / work.getOrDefault("seconds", 1.0));
        figures.putAll(reading.figures(operations));
        return figures;
    }
}
