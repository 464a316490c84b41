// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one server did in one scenario. Not threadsafe. */
public final class Outcome {

    private final String server;
    private final List<Map<String, Double>> rounds = new ArrayList<>();
    private final List<Double> warmUp = new ArrayList<>();
    private Map<String, Double> systemCalls = Map.of();
    private String absent = "";
    private final List<String> errors = new ArrayList<>();

    /** Begins with nothing. */
    public Outcome(String server) {
        this.server = server;
    }

    /** Returns the server's name. */
    public String server() {
        return server;
    }

    /** Adds a warm-up run. */
    public void warmedUp(double rate) {
        warmUp.add(rate);
    }

    /** Adds a round; of one that failed there are no figures. */
    public void round(Map<String, Double> figures) {
        rounds.add(figures);
    }

    /** Adds what went wrong. */
    public void error(String what) {
        errors.add(what);
    }

    /** Says that it cannot run here, and why. */
    public void absent(String reason) {
        absent = reason;
    }

    /** Returns why it cannot run here, or an empty text. */
    String absent() {
        return absent;
    }

    /** Sets the calls per message by name, and the sum as {@code calls}. */
    public void systemCalls(Map<String, Double> calls) {
        systemCalls = calls;
    }

    /** Returns what went wrong. */
    public List<String> errors() {
        return errors;
    }

    /** Tells whether each round that did not fail has a figure; those that could tell it are no fair choice of all. */
    private boolean isWhole(String key) {
        return rounds.stream().allMatch(round -> round.isEmpty() || round.containsKey(key));
    }

    /** Returns a figure's values by round, without the rounds that failed; none if a round could not tell it. */
    List<Double> values(String key) {
        List<Double> values = new ArrayList<>();
        if (systemCalls.containsKey(key)) {
            values.add(systemCalls.getOrDefault(key, 0.0));
        }
        if (!isWhole(key)) {
            return values;
        }
        for (Map<String, Double> round : rounds) {
            if (round.containsKey(key)) {
                values.add(round.getOrDefault(key, 0.0));
            }
        }
        return values;
    }

    /** Returns a figure's ratios to the reference of the same round. */
    List<Double> ratios(String key, Outcome reference) {
        List<Double> ratios = new ArrayList<>();
        if (!isWhole(key) || !reference.isWhole(key)) {
            return ratios;
        }
        for (int i = 0; i < Math.min(rounds.size(), reference.rounds.size()); i++) {
            double own = rounds.get(i).getOrDefault(key, Double.NaN);
            double other = reference.rounds.get(i).getOrDefault(key, Double.NaN);
            if (own / other > 0 && Double.isFinite(own / other)) {
                ratios.add(own / other);
            }
        }
        return ratios;
    }

    Map<String, Object> map() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("server", server);
        map.put("warmUpRates", warmUp);
        map.put("rounds", rounds);
        map.put("systemCallsPerMessage", systemCalls);
        map.put("absent", absent);
        map.put("errors", errors);
        return map;
    }
}
