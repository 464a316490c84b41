// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.peer.Peers;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Messages while all connections are switched to another protocol every 100 ms, beside the same without. */
final class SwitchingScenario extends LoadScenario {

    SwitchingScenario(String name) {
        super(
                name,
                Peers.SWITCHING,
                "tcp, connections: 50, bytes of a message: 1024, closed loop, while " + Peers.TURNOUT
                        + "-switching hands every connection to another protocol every 100 ms");
    }

    @Override
    Order order(SocketAddress address, double seconds) {
        return new Order("echo", address, 1024, 50, 1, seconds, 0);
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(super.figures());
        all.add(Figure.of("switches", "switches", 0));
        return all;
    }

    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        Map<String, Double> figures = super.measure(trial, seconds);
        // who does not switch has no such figure
        if (figures.getOrDefault("switches", 1.0) == 0) {
            throw new IOException("no connection was switched");
        }
        return figures;
    }
}
