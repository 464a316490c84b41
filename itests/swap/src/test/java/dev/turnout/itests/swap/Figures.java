// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects what was measured, in the order in which it is written. */
final class Figures {

    private final Map<String, Object> values = new LinkedHashMap<>();

    void add(String name, Object value) {
        values.put(name, value);
    }

    /** Adds the usual percentiles in milliseconds. */
    void add(String name, Histogram times) {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("count", times.count());
        parts.put("p50", millis(times.percentile(50)));
        parts.put("p99", millis(times.percentile(99)));
        parts.put("max", millis(times.max()));
        values.put(name, parts);
    }

    private static Double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }

    /** Writes all as JSON, and returns that. */
    String write(Path file) throws IOException {
        String text = json(values, "") + "\n";
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text);
        return text;
    }

    private static String json(Object value, String indent) {
        if (value instanceof Map<?, ?> map) {
            String inner = indent + "  ";
            return map.entrySet().stream()
                    .map(entry -> inner + json(entry.getKey().toString(), "") + ": " + json(entry.getValue(), inner))
                    .collect(Collectors.joining(",\n", "{\n", "\n" + indent + "}"));
        }
        if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        }
        StringBuilder text = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            text.append(
                    c < ' ' ? String.format(Locale.ROOT, "\\u%04x", (int) c) : c == '"' || c == '\\' ? "\\" + c : c);
        }
        return text.append('"').toString();
    }
}
