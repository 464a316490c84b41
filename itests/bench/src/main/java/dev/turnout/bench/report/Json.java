// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.report;

import java.util.Iterator;
import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, texts, numbers and truth values as JSON. */
final class Json {

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String of(Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.text.append('\n').toString();
    }

    private void value(Object value, String line) {
        if (value instanceof Map<?, ?> map) {
            all('{', map.entrySet(), '}', line);
        } else if (value instanceof Iterable<?> list) {
            all('[', list, ']', line);
        } else if (value instanceof Map.Entry<?, ?> pair) {
            string(String.valueOf(pair.getKey()));
            text.append(": ");
            value(pair.getValue(), line);
        } else if (value instanceof Double number) {
            number(number);
        } else if (value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            string(String.valueOf(value));
        }
    }

    private void all(char open, Iterable<?> values, char close, String line) {
        text.append(open);
        Iterator<?> each = values.iterator();
        boolean some = each.hasNext();
        while (each.hasNext()) {
            text.append(line).append("  ");
            value(each.next(), line + "  ");
            text.append(each.hasNext() ? "," : "");
        }
        text.append(some ? line : "").append(close);
    }

    private void number(double number) {
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            text.append((long) number);
        } else if (Double.isFinite(number)) {
            text.append(String.format(Locale.ROOT, "%.6f", number));
        } else {
            text.append("null");
        }
    }

    private void string(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
