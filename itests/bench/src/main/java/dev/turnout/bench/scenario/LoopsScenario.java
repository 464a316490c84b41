// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.peer.Peers;
import java.net.SocketAddress;

/**
 * Messages with one loop and with two, on all cores. With two cores the load generator takes from the second loop what it needs itself: then the sum
 * of both columns of processor time says whether there was anything left.
 */
final class LoopsScenario extends LoadScenario {

    private static final int CONNECTIONS = 50;
    private static final int SIZE = 1024;

    LoopsScenario(String name) {
        super(
                name,
                Peers.LOOPS,
                "tcp, connections: " + CONNECTIONS + ", bytes of a message: " + SIZE
                        + ", closed loop, one loop and two; servers and load share "
                        + Runtime.getRuntime().availableProcessors() + " cores; ratios are to one loop of Turnout");
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
