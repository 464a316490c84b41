// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.peer.Peers;
import java.net.SocketAddress;

/**
 * Messages with one loop and with two, on all cores. With two cores the load generator takes from the second loop what it needs itself, which is as much as
 * an echo costs; the sum of both columns of processor time says whether there was anything left. Where the server computes for each message, the load
 * generator needs next to nothing.
 */
final class LoopsScenario extends LoadScenario {

    private static final int CONNECTIONS = 50;
    private static final int SIZE = 1024;

    private LoopsScenario(String name, String kind, String what) {
        super(
                name,
                kind,
                "tcp, connections: " + CONNECTIONS + ", bytes of a message: " + SIZE
                        + ", closed loop" + what + ", one loop and two; servers and load share "
                        + Runtime.getRuntime().availableProcessors() + " cores; ratios are to one loop of Turnout");
    }

    /** Messages are sent back, nothing else. */
    static LoopsScenario echo(String name) {
        return new LoopsScenario(name, Peers.LOOPS, "");
    }

    /** The server computes for each message first. */
    static LoopsScenario working(String name) {
        return new LoopsScenario(name, Peers.WORKING_LOOPS, ", SHA-256 of each message three hundred times");
    }

    /** Returns the one that has one loop. */
    @Override
    public String reference(String wanted) {
        return Peers.TURNOUT;
    }

    @Override
    public boolean pinned() {
        return false;
    }

    @Override
    Order order(SocketAddress address, double seconds) {
        return new Order("echo", address, SIZE, CONNECTIONS, 1, seconds, 0);
    }
}
