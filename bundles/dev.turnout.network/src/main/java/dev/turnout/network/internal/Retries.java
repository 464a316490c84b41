// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.io.IoLoop;
import java.time.Duration;

/** Tries something again when nobody tells that it has become possible; each pause is twice the one before, up to half a minute. Threads: any. */
final class Retries {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final DelayedAction waiting = new DelayedAction();
    private volatile Duration pause = FIRST;

    /** Runs the action on the loop after the next pause, in place of one that waits. */
    void schedule(IoLoop loop, Runnable action) {
        waiting.hold(loop, pause, action);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST) < 0 ? longer : LONGEST;
    }

    /** Begins anew with the shortest pause, as something else is tried from now on. */
    void reset() {
        pause = FIRST;
    }

    /** Forgets the action that waits, if one does. */
    void drop() {
        waiting.drop();
    }
}
