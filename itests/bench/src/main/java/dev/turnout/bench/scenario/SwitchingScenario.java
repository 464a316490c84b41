// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.peer.Peers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Another scenario while all connections are switched to another protocol every 100 ms, beside the same without. */
final class SwitchingScenario implements Scenario {

    private final Scenario scenario;

    /** Makes one of a scenario of TCP whose servers are warmed up, have a core each, and are compared with what the options name. */
    SwitchingScenario(Scenario scenario) {
        this.scenario = scenario;
    }

    @Override
    public String name() {
        return scenario.name() + "-switching";
    }

    @Override
    public String about() {
        return scenario.about() + ", while " + Peers.TURNOUT
                + "-switching hands every connection to another protocol every 100 ms";
    }

    @Override
    public String kind() {
        return Peers.SWITCHING;
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(scenario.figures());
        all.add(Figure.of("switches", "switches", 0));
        all.add(Figure.of("failedSwitches", "not switched", 0));
        return all;
    }

    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        Map<String, Double> figures = scenario.measure(trial, seconds);
        // who does not switch has no such figure
        if (figures.getOrDefault("switches", 1.0) == 0) {
            throw new IOException("no connection was switched");
        }
        return figures;
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return scenario.obstacle();
    }

    @Override
    public double warmUp(Trial trial, double seconds) throws IOException, InterruptedException {
        return scenario.warmUp(trial, seconds);
    }

    @Override
    public Map<String, Double> systemCalls(Trial trial, double seconds) throws IOException, InterruptedException {
        return scenario.systemCalls(trial, seconds);
    }
}
