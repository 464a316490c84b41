// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

/**
 * Something that a round measures.
 *
 * @param key its name in the results
 * @param title its name for readers, with the unit
 * @param digits how many digits after the point
 * @param better which way is better; only then ratios to the reference are made
 * @param plotted whether the report draws it
 */
public record Figure(String key, String title, int digits, Better better, boolean plotted) {

    /** The share of a round's processor time that the machine's host gave to others; the more, the less a round says. */
    public static final Figure STOLEN = of("stolen", "stolen", 2);

    /** Says which of two values is better. */
    public enum Better {
        /** The larger one. */
        HIGHER,
        /** The smaller one. */
        LOWER,
        /** Neither. */
        NEITHER
    }

    static Figure deciding(String key, String title, int digits, Better better) {
        return new Figure(key, title, digits, better, true);
    }

    static Figure compared(String key, String title, int digits, Better better) {
        return new Figure(key, title, digits, better, false);
    }

    static Figure of(String key, String title, int digits) {
        return new Figure(key, title, digits, Better.NEITHER, false);
    }

    /** Says whether it is compared with the reference's. */
    public boolean compared() {
        return better != Better.NEITHER;
    }
}
