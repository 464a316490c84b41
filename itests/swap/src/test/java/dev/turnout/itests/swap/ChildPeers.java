// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks how the child processes get on that the control bundle has started, and whose protocol is replaced. */
final class ChildPeers {

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final Pattern STATE =
            Pattern.compile("build=(\\d+) sent=(\\d+) back=(\\d+) wrong=(\\d+) ended=(\\S+)");

    /**
     * Is what the protocol of a child says.
     *
     * @param build the protocol's number, or 0 for none, as while the child is held without one
     * @param sent how many requests were sent
     * @param back how many of them came back
     * @param wrong how many bytes came back wrong
     * @param ended the child's return code, or "no"
     */
    private record State(int build, long sent, long back, long wrong, String ended) {

        static State of(String line) {
            Matcher said = STATE.matcher(line);
            return said.matches()
                    ? new State(
                            Integer.parseInt(said.group(1)),
                            Long.parseLong(said.group(2)),
                            Long.parseLong(said.group(3)),
                            Long.parseLong(said.group(4)),
                            said.group(5))
                    : new State(0, 0, 0, 0, line);
        }
    }

    private final Control control;
    private int count;

    ChildPeers(Control control) {
        this.control = control;
    }

    /** Starts so many, and has their protocols made by the bundle that is replaced. */
    void start(int wanted) throws IOException {
        control.tell("children start " + wanted);
        count = wanted;
    }

    int count() {
        return count;
    }

    private List<State> states() throws IOException {
        return control.tell("children tell").stream().map(State::of).toList();
    }

    private List<State> await(String what, Predicate<List<State>> condition) throws IOException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        List<State> states = states();
        while (!condition.test(states)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited in vain for " + what + ": " + states);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            states = states();
        }
        return states;
    }

    /** Waits until each child has sent something back, after this call began, to a protocol of a build that is wanted. */
    void awaitBuild(IntPredicate build) throws IOException {
        List<State> before = await(
                "all children to have a protocol",
                states -> states.stream().allMatch(state -> state.ended().equals("no")));
        await("all children to go on", states -> {
            for (int i = 0; i < count; i++) {
                if (!build.test(states.get(i).build())
                        || states.get(i).back() <= before.get(i).back()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Waits for what is under way, lets all end, and tells what came of them, as the load does. */
    String finish() throws IOException {
        control.tell("children end");
        List<State> states = new ArrayList<>(await(
                "all children to end",
                all -> all.stream().allMatch(state -> state.ended().matches("-?\\d+"))));
        long missing =
                states.stream().mapToLong(state -> state.sent() - state.back()).sum();
        return " process:lost.requests=" + missing
                + " process:lost.connections="
                + states.stream().filter(state -> !state.ended().equals("0")).count()
                + " process:wrong.bytes="
                + states.stream().mapToLong(State::wrong).sum()
                + " process:replies=" + states.stream().mapToLong(State::back).sum();
    }
}
