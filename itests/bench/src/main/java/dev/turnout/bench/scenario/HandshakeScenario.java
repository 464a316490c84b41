// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Connections with TLS: open, handshake, one message there and back, close. */
final class HandshakeScenario extends LoadScenario {

    /** The runs of a second after which the compilers of a JVM have most of TLS behind them. */
    static final int LEAST_WARM_UP = 10;

    private final boolean resumed;

    HandshakeScenario(String name, boolean resumed) {
        super(
                name,
                "tls",
                "tls" + ConnectScenario.ABOUT
                        + (resumed
                                ? "; all but the first " + ConnectScenario.AT_A_TIME + " resume a session"
                                : "; none resumes a session"));
        this.resumed = resumed;
    }

    @Override
    public int leastWarmUp() {
        return LEAST_WARM_UP;
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(super.figures());
        all.add(Figure.of("resumed", "resumed", 2));
        return all;
    }

    @Override
    Order order(SocketAddress address, double seconds) {
        String what = resumed ? "tls-resumed" : "tls-full";
        return new Order(what, address, 64, ConnectScenario.AT_A_TIME, 1, seconds, 0);
    }

    /** Adds the share of connections that resumed a session. */
    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        Map<String, Double> figures = super.measure(trial, seconds);
        double total = figures.getOrDefault("total", 0.0);
        double share = total > 0 ? 1 - figures.getOrDefault("certificates", 0.0) / total : 0;
        if (!resumed && share > 0) {
            throw new IOException("a session was resumed that should not be");
        }
        figures.put("resumed", share);
        return figures;
    }
}
