// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes rows as aligned columns. The last column is not padded: put the longest texts there, so that a narrow terminal wraps them and leaves the
 * other columns in line.
 */
final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    /** Begins with the names of the columns; one that begins with {@code #} holds numbers and is aligned to the right. */
    Table(String... names) {
        rows.add(List.of(names));
    }

    void row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            String text = String.valueOf(cell);
            row.add(text.isEmpty() ? "-" : text);
        }
        rows.add(row);
    }

    @Override
    public String toString() {
        List<String> names = rows.get(0);
        int[] widths = new int[names.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                boolean number = names.get(i).startsWith("#");
                boolean last = i == widths.length - 1;
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(number ? padding : "").append(row.get(i)).append(number || last ? "" : padding);
                line.append(last ? "" : "  ");
            }
            text.append(text.isEmpty() ? "" : "\n").append(line);
        }
        return text.toString();
    }
}
