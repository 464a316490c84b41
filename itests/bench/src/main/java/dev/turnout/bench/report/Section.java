// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import dev.turnout.bench.scenario.Figure;
import dev.turnout.bench.scenario.Scenario;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The results of one scenario.
 *
 * @param scenario what was measured
 * @param reference the name of the server that the ratios are to
 * @param outcomes by server
 */
public record Section(Scenario scenario, String reference, List<Outcome> outcomes) {

    private static final double LOAD_LIMIT = 0.95;

    /** Returns how a server's figure is to the reference's, if both have it and it is compared. */
    Optional<Spread> ratio(Outcome outcome, Figure figure) {
        return outcomes.stream()
                .filter(one -> figure.compared() && one.server().equals(reference))
                .map(one -> outcome.ratios(figure.key(), one))
                .filter(ratios -> !ratios.isEmpty())
                .map(Spread::of)
                .findAny();
    }

    /** Returns a server's figure, if it has it. */
    Optional<Spread> value(Outcome outcome, Figure figure) {
        return Optional.of(outcome.values(figure.key()))
                .filter(values -> !values.isEmpty())
                .map(Spread::of);
    }

    /** Returns the servers whose load generator used up its core. */
    List<String> capped() {
        return outcomes.stream()
                .filter(outcome -> scenario.figures().stream()
                        .filter(figure -> figure.key().equals("loadCpu"))
                        .flatMap(figure -> value(outcome, figure).stream())
                        .anyMatch(cpu -> cpu.median() >= LOAD_LIMIT))
                .map(Outcome::server)
                .toList();
    }

    Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", scenario.name());
        map.put("about", scenario.about());
        map.put("reference", reference);
        map.put("figures", scenario.figures().stream().map(Section::map).toList());
        List<Object> servers = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            Map<String, Object> server = outcome.map();
            Map<String, Object> summary = new LinkedHashMap<>();
            for (Figure figure : scenario.figures()) {
                value(outcome, figure).ifPresent(value -> {
                    Map<String, Object> one = value.map();
                    ratio(outcome, figure).ifPresent(ratio -> one.put("ratio", ratio.map()));
                    summary.put(figure.key(), one);
                });
            }
            server.put("summary", summary);
            servers.add(server);
        }
        map.put("servers", servers);
        return map;
    }

    private static Map<String, Object> map(Figure figure) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", figure.key());
        map.put("title", figure.title());
        map.put("digits", figure.digits());
        map.put("better", figure.better().name());
        map.put("plotted", figure.plotted());
        return map;
    }
}
