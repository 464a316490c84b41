// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.run.TimeWait;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;

/** Connections: open, one message there and back, close. */
final class ConnectScenario extends LoadScenario {

    static final int AT_A_TIME = 16;

    static final String ABOUT =
            ", connect, one message of 64 bytes there and back, close; a message is a connection; at a time: "
                    + AT_A_TIME;

    ConnectScenario(String name, String kind) {
        super(name, kind, kind + ABOUT);
    }

    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        if (kind().equals("tcp")) {
            TimeWait.awaitRoom();
        }
        return super.measure(trial, seconds);
    }

    @Override
    Order order(SocketAddress address, double seconds) {
        return new Order("connect", address, 64, AT_A_TIME, 1, seconds, 0);
    }
}
