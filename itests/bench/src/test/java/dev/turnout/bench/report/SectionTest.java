// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.bench.scenario.Figure;
import dev.turnout.bench.scenario.Scenario;
import dev.turnout.bench.scenario.Scenarios;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SectionTest {

    private final Scenario scenario = Scenarios.all(1, 1).get(0);
    private final Figure rate = scenario.figures().get(0);

    @Test
    void ratioIsTheMedianOfTheRatiosOfTheSameRounds() {
        Outcome reference = outcome("bare", 100, 200, 400);
        Outcome other = outcome("other", 50, 180, 100);

        Section section = new Section(scenario, "bare", List.of(reference, other));

        assertEquals(Optional.of(new Spread(0.5, 0.25, 0.9)), section.ratio(other, rate));
        assertEquals(Optional.of(new Spread(100, 50, 180)), section.value(other, rate));
    }

    @Test
    void roundThatFailedHasNoRatio() {
        Outcome reference = outcome("bare", 100, 200);
        Outcome other = new Outcome("other");
        other.round(Map.of());
        other.round(Map.of("rate", 100.0));

        Section section = new Section(scenario, "bare", List.of(reference, other));

        assertEquals(Optional.of(new Spread(0.5, 0.5, 0.5)), section.ratio(other, rate));
    }

    @Test
    void figureThatARoundCouldNotTellIsNotShownOfTheOthers() {
        Outcome reference = outcome("bare", 100, 200);
        Outcome other = outcome("other", 100);
        other.round(Map.of("cpuMicros", 1.0));

        Section section = new Section(scenario, "bare", List.of(reference, other));

        assertEquals(Optional.empty(), section.ratio(other, rate));
        assertEquals(Optional.empty(), section.value(other, rate));
    }

    @Test
    void namesServersWhoseLoadGeneratorIsAtItsLimit() {
        Outcome fast = new Outcome("fast");
        fast.round(Map.of("rate", 1.0, "loadCpu", 0.97));
        Outcome slow = new Outcome("slow");
        slow.round(Map.of("rate", 1.0, "loadCpu", 0.7));

        assertEquals(List.of("fast"), new Section(scenario, "bare", List.of(fast, slow)).capped());
    }

    private static Outcome outcome(String server, double... rates) {
        Outcome outcome = new Outcome(server);
        for (double rate : rates) {
            outcome.round(Map.of("rate", rate));
        }
        return outcome;
    }
}
