// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import dev.turnout.bench.scenario.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes one scenario as text: medians, in brackets the least and the most. */
public final class Table {

    private Table() {}

    /** Returns the text. */
    public static String of(Section section) {
        List<List<String>> rows = new ArrayList<>();
        List<String> titles = new ArrayList<>(List.of("server"));
        for (Figure figure : section.scenario().figures()) {
            titles.add(figure.title());
            if (figure.compared()) {
                titles.add("ratio");
            }
        }
        rows.add(titles);
        for (Outcome outcome : section.outcomes()) {
            rows.add(row(section, outcome));
        }
        StringBuilder text = new StringBuilder(
                section.scenario().name() + ": " + section.scenario().about() + "\n");
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(one -> one.get(column).length())
                        .max()
                        .orElse(0);
                String cell = row.get(i);
                String blanks = " ".repeat(width - cell.length());
                text.append(i == 0 ? cell + blanks : "  " + blanks + cell);
            }
            text.append('\n');
        }
        for (Outcome outcome : section.outcomes()) {
            if (!outcome.absent().isEmpty()) {
                text.append(outcome.server())
                        .append(" is skipped: ")
                        .append(outcome.absent())
                        .append('\n');
            }
            outcome.errors()
                    .forEach(error -> text.append(outcome.server())
                            .append(": ")
                            .append(error)
                            .append('\n'));
        }
        List<String> capped = section.capped();
        if (!capped.isEmpty()) {
            text.append("the load generator is at its limit, which caps the rate of: ")
                    .append(String.join(", ", capped))
                    .append('\n');
        }
        return text.toString();
    }

    private static List<String> row(Section section, Outcome outcome) {
        List<String> row = new ArrayList<>(List.of(outcome.server()));
        for (Figure figure : section.scenario().figures()) {
            row.add(section.value(outcome, figure)
                    .map(value ->
                            figure.plotted() ? spread(value, figure.digits()) : number(value.median(), figure.digits()))
                    .orElse("-"));
            if (figure.compared()) {
                row.add(section.ratio(outcome, figure)
                        .map(ratio -> spread(ratio, 2))
                        .orElse("-"));
            }
        }
        return row;
    }

    private static String spread(Spread spread, int digits) {
        return number(spread.median(), digits) + " (" + number(spread.min(), digits) + "-"
                + number(spread.max(), digits) + ")";
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
