// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.util.List;

/** Counts what happens to the peers of one kind. Not thread-safe. */
final class Tally {

    /** The scheme of their endpoint. */
    final String kind;

    final Histogram latencies = new Histogram();

    /** The bytes of payload that did not come back. */
    long missing;

    /** The connections that ended, though nobody wanted it. */
    long closed;

    /** The connections that could not be made. */
    long refused;

    /** The bytes that came back wrong, twice or in the wrong place. */
    long wrong;

    /** The handshakes of TLS after the first one of a connection. */
    long handshakes;

    long replies;
    long bytes;
    long resets;
    long stalls;

    /** The requests that wait for a reply, where they are limited for all peers together. */
    int open;

    Tally(String kind) {
        this.kind = kind;
    }

    /** Counts a reply as it has to be. */
    void right(int length) {
        bytes += length;
        replies++;
    }

    /** Counts a reply that is not; the first one is told. */
    void wrong(int length, String what) {
        if (wrong == 0) {
            System.out.println("wrong: " + kind + ": " + what);
        }
        wrong += length;
    }

    /** Returns a tally that counts all that others have counted. */
    static Tally sum(List<Tally> parts) {
        Tally sum = new Tally("");
        for (Tally part : parts) {
            sum.latencies.add(part.latencies);
            sum.missing += part.missing;
            sum.closed += part.closed;
            sum.refused += part.refused;
            sum.wrong += part.wrong;
            sum.handshakes += part.handshakes;
            sum.replies += part.replies;
            sum.bytes += part.bytes;
            sum.resets += part.resets;
            sum.stalls += part.stalls;
        }
        return sum;
    }

    /** Returns names and values, separated by blanks; the names begin with the kind, if there is one. */
    @Override
    public String toString() {
        String text = " lost.bytes=" + missing + " lost.connections=" + closed + " refused=" + refused + " wrong.bytes="
                + wrong + " new.handshakes=" + handshakes + " replies=" + replies + " bytes=" + bytes + " resets="
                + resets + " stalls=" + stalls + " latency.p50.us=" + latencies.percentile(50) / 1000
                + " latency.p99.us=" + latencies.percentile(99) / 1000 + " latency.max.us=" + latencies.max() / 1000;
        return kind.isEmpty() ? text : text.replace(" ", " " + kind + ":");
    }
}
