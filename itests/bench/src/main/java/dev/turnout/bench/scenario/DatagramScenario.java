// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Datagrams there and back. */
final class DatagramScenario extends LoadScenario {

    private final int sockets;
    private final int size;

    DatagramScenario(String name, int sockets, int size) {
        super(
                name,
                "udp",
                "udp, sockets: " + sockets + ", bytes of a message: " + size
                        + ", closed loop, under way on each: 1; a lost one is sent again after 200 ms");
        this.sockets = sockets;
        this.size = size;
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(super.figures());
        all.add(Figure.of("lost", "lost", 0));
        return all;
    }

    @Override
    Order order(SocketAddress address, double seconds) {
        return new Order("udp", address, size, sockets, 1, seconds, 0);
    }
}
