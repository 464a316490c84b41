// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes all of a run as a page in Markdown: medians, ratios with the least and the most in brackets. What no server has is no column. */
final class Markdown {

    private Markdown() {}

    /** Returns the page. */
    static String of(Map<String, Object> circumstances, List<Section> sections) {
        StringBuilder page = new StringBuilder("# Speed\n\n");
        append(page, List.of("", ""));
        page.append("| --- | --- |\n");
        circumstances.forEach((name, value) -> {
            String text = text(value);
            if (!text.isEmpty()) {
                append(page, List.of(name, text));
            }
        });
        page.append(
                "\nFigures are medians of the rounds, ratios are to the reference in the same round, with the least and the greatest.\n");
        sections.forEach(section -> append(page, section));
        return page.toString();
    }

    private static String text(Object value) {
        return value instanceof Map<?, ?> map
                ? map.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + entry.getValue())
                        .collect(Collectors.joining(", "))
                : value.toString();
    }

    private static void append(StringBuilder page, Section section) {
        page.append("\n## ").append(section.scenario().name()).append("\n\n");
        page.append(section.scenario().about()).append(".\n\n");
        List<List<String>> rows = Table.rows(section, false);
        TreeSet<Integer> told = new TreeSet<>();
        for (int column = 0; column < rows.get(0).size(); column++) {
            int at = column;
            if (rows.stream().skip(1).anyMatch(row -> !row.get(at).equals(Table.NONE))) {
                told.add(column);
            }
        }
        List<String> rule = new ArrayList<>(Collections.nCopies(told.size(), "---:"));
        rule.set(0, "---");
        for (int i = 0; i < rows.size(); i++) {
            append(page, told.stream().map(rows.get(i)::get).toList());
            if (i == 0) {
                append(page, rule);
            }
        }
        List<String> notes = Table.notes(section);
        if (!notes.isEmpty()) {
            page.append('\n');
            notes.forEach(note -> page.append("- ").append(note).append('\n'));
        }
    }

    private static void append(StringBuilder page, List<String> cells) {
        page.append(cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |")))
                .append('\n');
    }
}
