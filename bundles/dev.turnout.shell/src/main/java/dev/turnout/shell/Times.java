// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Writes times for people. */
final class Times {

    private static final DateTimeFormatter OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final DateTimeFormatter FINE = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private Times() {}

    /** Writes a length of time, in milliseconds, by its greatest unit. */
    static String span(long millis) {
        Duration span = Duration.ofMillis(Math.max(0, millis));
        if (span.toDays() > 0) {
            return span.toDays() + "d";
        }
        if (span.toHours() > 0) {
            return span.toHours() + "h";
        }
        return span.toMinutes() > 0 ? span.toMinutes() + "m" : span.toSeconds() + "s";
    }

    /** Writes the time of the day to a second, of a time in milliseconds since 1970. */
    static String ofDay(long millis, ZoneId zone) {
        return OF_DAY.format(Instant.ofEpochMilli(millis).atZone(zone));
    }

    /** Writes the time of the day to a millisecond. */
    static String fine(long millis, ZoneId zone) {
        return FINE.format(Instant.ofEpochMilli(millis).atZone(zone));
    }
}
