// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import dev.turnout.bench.scenario.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes one scenario as text: medians, in brackets the least and the most. */
public final class Table {

    private Table() {}

    /** Stands where a server has no such figure. */
    static final String NONE = "-";

    /** Returns the text. */
    public static String of(Section section) {
        List<List<String>> rows = rows(section, true);
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
        notes(section).forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    /** Returns the cells by row, titles first; values with the least and the most, or the median alone, as ratios say enough. */
    static List<List<String>> rows(Section section, boolean spreads) {
        List<List<String>> rows = new ArrayList<>();
        List<String> titles = new ArrayList<>(List.of("server"));
        for (Figure figure : section.scenario().figures()) {
            titles.add(figure.title());
            if (figure.compared()) {
                titles.add("ratio");
            }
        }
        rows.add(titles);
        section.outcomes().forEach(outcome -> rows.add(row(section, outcome, spreads)));
        return rows;
    }

    /** Returns what is to be known besides: who is missing, what went wrong, and whose rate is not its own. */
    static List<String> notes(Section section) {
        List<String> notes = new ArrayList<>();
        for (Outcome outcome : section.outcomes()) {
            if (!outcome.absent().isEmpty()) {
                notes.add(outcome.server() + " is skipped: " + outcome.absent());
            }
            outcome.errors().forEach(error -> notes.add(outcome.server() + ": " + error));
        }
        List<String> capped = section.capped();
        if (!capped.isEmpty()) {
            notes.add("the load generator is at its limit, which caps the rate of: " + String.join(", ", capped));
        }
        return notes;
    }

    private static List<String> row(Section section, Outcome outcome, boolean spreads) {
        List<String> row = new ArrayList<>(List.of(outcome.server()));
        for (Figure figure : section.scenario().figures()) {
            row.add(section.value(outcome, figure)
                    .map(value -> spreads && figure.plotted()
                            ? spread(value, figure.digits())
                            : number(value.median(), figure.digits()))
                    .orElse(NONE));
            if (figure.compared()) {
                row.add(section.ratio(outcome, figure)
                        .map(ratio -> spread(ratio, 2))
                        .orElse(NONE));
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
