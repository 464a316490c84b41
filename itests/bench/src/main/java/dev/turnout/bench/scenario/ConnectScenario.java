// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import java.net.SocketAddress;

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
    Order order(SocketAddress address, double seconds) {
        return new Order("connect", address, 64, AT_A_TIME, 1, seconds, 0);
    }
}
