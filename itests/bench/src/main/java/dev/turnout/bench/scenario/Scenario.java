// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.peer.Peer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One thing to measure: who takes part, how a round is made, and which figures come of it. */
public interface Scenario {

    /** Returns its name in tables and options. */
    String name();

    /** Says in a sentence what is measured. */
    String about();

    /** Returns the kind of server, as {@link Peer#kinds()} names it. */
    String kind();

    /** Returns the figures of a round, in the order of the table; a server may lack some. */
    List<Figure> figures();

    /** Says whether a server takes part. */
    default boolean takes(Peer peer) {
        return peer.kinds().contains(kind());
    }

    /** Says whether each round needs a new process, which is not warmed up and, if a JVM, is a lean one. */
    default boolean fresh() {
        return false;
    }

    /** Returns how many runs a warm-up has at least, as far as the options allow as many. */
    default int leastWarmUp() {
        return 0;
    }

    /** Returns the name of the server that ratios are to, which the options name. */
    default String reference(String wanted) {
        return wanted;
    }

    /** Says whether server and load have a core each; else both have all. */
    default boolean pinned() {
        return true;
    }

    /** Returns why it cannot be measured on this machine. */
    default Optional<String> obstacle() throws IOException {
        return Optional.empty();
    }

    /** Makes one round and returns the figures by key. */
    Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException;

    /** Returns how good a warm-up run was, more is better. */
    default double warmUp(Trial trial, double seconds) throws IOException, InterruptedException {
        return measure(trial, seconds).getOrDefault("rate", 0.0);
    }

    /** Counts the system calls of a run of their own; returns the calls per message by name, and the sum as {@code calls}. */
    default Map<String, Double> systemCalls(Trial trial, double seconds) throws IOException, InterruptedException {
        return Map.of();
    }
}
