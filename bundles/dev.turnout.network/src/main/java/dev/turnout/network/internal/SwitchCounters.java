// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Option;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.time.Duration;
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

    private static final System.Logger LOG = Logs.of("dev.turnout.network");

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

    /** Counts one more parked connection, unless this many are parked already; tells whether it is counted. */
    boolean park(int most) {
        return parked.getAndUpdate(now -> now < most ? now + 1 : now) < most;
    }

    /**
     * Limits connections: those that came through former listeners count too, and while they are parked no more than allowed can be parked. At the
     * limit the server pauses by itself (SWITCH-45).
     */
    ServerOptions limited(ServerOptions options, Server server, boolean parking) {
        long others = (long) open.get() - server.connections();
        long most = options.get(ServerOptions.MAX_CONNECTIONS) - Math.max(0, others);
        if (parking) {
            long parkedMore = (long) options.get(ServerOptions.PARK_CONNECTIONS) - parked.get();
            most = Math.min(most, server.connections() + parkedMore);
        }
        return options.with(ServerOptions.MAX_CONNECTIONS, (int) Math.max(1, most));
    }

    /** Says what becomes of the connections of a server that ends, if it has some. */
    void tellWhatGoesOn(String server, String why, String protocol, Duration parkTimeout) {
        int left = open.get();
        int waiting = parked.get();
        if (left > 0) {
            LOG.log(
                    Level.INFO,
                    () -> "server " + server + " goes on with " + connections(left) + ", " + why + ": turnout:drain "
                            + server + " ends them, a new configuration of its name takes them up"
                            + (waiting == 0
                                    ? ""
                                    : "; " + waiting + " of them are parked, at most for " + Option.text(parkTimeout)
                                            + ", until the protocol " + protocol + " is there"));
        }
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
