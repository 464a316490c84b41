// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.transport.WaterMarks;

/**
 * Decides when writing is paused and resumed. Thread: the transport's loop.
 *
 * <pre>
 *   flowing --size above high--&gt; paused --size at or below low--&gt; flowing
 * </pre>
 *
 * @see "FLOW-11 to FLOW-23"
 */
public final class FlowControl {

    /** Is called on each move between the two states, strictly alternating; handles what the protocol throws. */
    public interface Listener {

        /** Calls {@code pauseWriting}. */
        void pauseWriting();

        /** Calls {@code resumeWriting}. */
        void resumeWriting();
    }

    private final Listener listener;
    private final WaterMarks defaults;
    private WaterMarks marks;
    private boolean paused;
    private boolean pausing;
    private boolean silent;

    /** Makes a control that begins with the default marks and nothing buffered. */
    public FlowControl(Listener listener, WaterMarks defaults) {
        this.listener = listener;
        this.defaults = defaults;
        this.marks = defaults;
    }

    /** Returns the marks in use. */
    public WaterMarks marks() {
        return marks;
    }

    /** Tells whether writing is paused. */
    public boolean isPaused() {
        return paused;
    }

    /** Sets the marks; may pause, never resumes (FLOW-20, FLOW-21). */
    public void setMarks(WaterMarks newMarks, long size) {
        marks = newMarks;
        grown(size);
    }

    /** Restores the marks it was made with (FLOW-6). */
    public void restoreMarks(long size) {
        setMarks(defaults, size);
    }

    /** Is told that the buffer has grown to this size. */
    public void grown(long size) {
        if (!paused && size > marks.high()) {
            paused = true;
            pausing = true;
            try {
                listener.pauseWriting();
            } finally {
                pausing = false;
            }
        }
    }

    /** Is told that the buffer has sunk to this size by sending. */
    public void shrunk(long size) {
        if (paused && !silent && size <= marks.low()) {
            paused = false;
            listener.resumeWriting();
        }
    }

    /** Is told that the transport is being closed: if that happens inside {@code pauseWriting}, writing is never resumed (FLOW-23). */
    public void closing() {
        silent |= pausing;
    }
}
