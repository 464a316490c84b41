// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the one-line, flat JSON that servers and the load generator print. */
public final class Lines {

    private static final Pattern NUMBER = Pattern.compile("\"(\\w+)\":(-?[0-9.]+(?:E-?[0-9]+)?)");
    private static final Pattern TEXT = Pattern.compile("\"(\\w+)\":\"([^\"]*)\"");

    private Lines() {}

    /** Returns the numbers by name. */
    public static Map<String, Double> numbers(String json) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (Matcher pair = NUMBER.matcher(json); pair.find(); ) {
            numbers.put(pair.group(1), Double.valueOf(pair.group(2)));
        }
        return numbers;
    }

    /** Returns one text, or an empty one if it is not there. */
    public static String text(String json, String name) {
        for (Matcher pair = TEXT.matcher(json); pair.find(); ) {
            if (pair.group(1).equals(name)) {
                return pair.group(2);
            }
        }
        return "";
    }
}
