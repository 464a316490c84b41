// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.SwitchEvent.Kind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what happened to the connections of one server. Any thread.
 *
 * @see "SWITCH-55"
 */
final class SwitchCounters {

    /** Tells versions apart. */
    record Version(String protocol, String bundle) {}

    /** Counts for one version. */
    static final class OfVersion {
        final AtomicLong begun = new AtomicLong();
        final AtomicLong switchedTo = new AtomicLong();
        final AtomicInteger connections = new AtomicInteger();
        volatile long drainsUntil;

        void leave() {
            if (connections.decrementAndGet() == 0) {
                drainsUntil = 0;
            }
        }
    }

    /** How many connections are open now, those of listeners that are closed included. */
    final AtomicInteger open = new AtomicInteger();

    /** How many connections are parked now. */
    final AtomicInteger parked = new AtomicInteger();

    final AtomicLong switched = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    final AtomicLong rolledBack = new AtomicLong();
    final AtomicLong lost = new AtomicLong();

    private final Map<Version, OfVersion> versions = new ConcurrentHashMap<>();

    /** Writes a number of connections. */
    static String connections(int count) {
        return count + (count == 1 ? " connection" : " connections");
    }

    OfVersion of(Charge charge) {
        return versions.computeIfAbsent(new Version(charge.protocol(), charge.label()), version -> new OfVersion());
    }

    void count(Kind kind) {
        switch (kind) {
            case SWITCHED, RESUMED -> switched.incrementAndGet();
            case FAILED -> failed.incrementAndGet();
            case ROLLED_BACK -> rolledBack.incrementAndGet();
            case ABORTED, EXPIRED -> lost.incrementAndGet();
            case PARKED, DRAIN_BEGUN, DRAIN_ENDED, DEADLINE -> {
                // not the end of a switch
            }
        }
    }

    Map<Version, OfVersion> versions() {
        return versions;
    }
}
