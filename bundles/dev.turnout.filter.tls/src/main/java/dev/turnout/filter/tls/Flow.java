// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.transport.WaterMarks;

/**
 * Decides when the protocol above pauses and resumes writing, by the strict rule of all transports (FLOW-26). Thread: the loop's.
 *
 * <pre>
 *   flowing --size above high--&gt; paused --size at or below low--&gt; flowing
 * </pre>
 *
 * @see "FLOW-2, FLOW-11 to FLOW-23, TLS-40"
 */
final class Flow {

    private final Upper upper;
    private WaterMarks marks = WaterMarks.TLS_DEFAULT;
    private boolean paused;
    private boolean pausing;
    private boolean silent;

    Flow(Upper upper) {
        this.upper = upper;
    }

    WaterMarks marks() {
        return marks;
    }

    boolean isPaused() {
        return paused;
    }

    /** Begins paused, as the protocol above was told so by the transport that it had before (TLS-57). */
    void inherit() {
        paused = true;
    }

    void setMarks(WaterMarks newMarks, long size) {
        marks = newMarks;
        grown(size);
    }

    void grown(long size) {
        if (!paused && size > marks.high()) {
            paused = true;
            pausing = true;
            try {
                upper.pauseWriting();
            } finally {
                pausing = false;
            }
        }
    }

    void shrunk(long size) {
        if (paused && !silent && size <= marks.low()) {
            paused = false;
            upper.resumeWriting();
        }
    }

    /** Is told that the transport is being closed: if that happens inside {@code pauseWriting}, writing is never resumed (FLOW-23). */
    void closing() {
        silent |= pausing;
    }
}
