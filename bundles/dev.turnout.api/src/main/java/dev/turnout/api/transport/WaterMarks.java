// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

/**
 * Holds the marks of write flow control in bytes: above {@code high} writing is paused, at or below {@code low} it resumes.
 *
 * @param low the low-water mark, at most {@code high}
 * @param high the high-water mark
 * @see "FLOW-3 to FLOW-10, JAVA-6, JAVA-7"
 */
public record WaterMarks(long low, long high) {

    /** Is the default of sockets, pipes and datagrams: 16 KiB and 64 KiB (FLOW-1). */
    public static final WaterMarks DEFAULT = new WaterMarks(16 * 1024, 64 * 1024);

    /** Is the default of TLS: 128 KiB and 512 KiB (FLOW-2). */
    public static final WaterMarks TLS_DEFAULT = new WaterMarks(128 * 1024, 512 * 1024);

    /** Checks the order: {@code 0 <= low <= high}. */
    public WaterMarks {
        if (low < 0 || low > high) {
            throw new IllegalArgumentException(
                    "water marks must be 0 <= low <= high, not low " + low + " and high " + high + " bytes");
        }
    }

    /** Returns marks with the low one a quarter of the high one (FLOW-4). */
    public static WaterMarks high(long high) {
        return new WaterMarks(Math.floorDiv(high, 4L), high);
    }

    /** Returns marks with the high one four times the low one (FLOW-5). */
    public static WaterMarks low(long low) {
        return new WaterMarks(low, Math.multiplyExact(low, 4L));
    }
}
