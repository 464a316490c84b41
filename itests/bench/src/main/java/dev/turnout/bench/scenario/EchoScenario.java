// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.run.Memory;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Messages on established connections. */
final class EchoScenario extends LoadScenario {

    private final String load;
    private final int connections;
    private final int size;
    private final int depth;
    private final double rate;

    private EchoScenario(String name, String kind, String load, int connections, int size, int depth, double rate) {
        super(name, kind, about(kind, connections, size, depth, rate));
        this.load = load;
        this.connections = connections;
        this.size = size;
        this.depth = depth;
        this.rate = rate;
    }

    /** A next message for each that came back, with some under way on each connection. */
    static EchoScenario closed(String name, String kind, int connections, int size, int depth) {
        return new EchoScenario(name, kind, "echo", connections, size, depth, 0);
    }

    /** Messages at a fixed rate whatever comes back, with the latency from when each should have been sent. */
    static EchoScenario open(String name, String kind, int connections, int size, double rate) {
        return new EchoScenario(name, kind, "echo", connections, size, 1, rate);
    }

    /** The same as {@link #closed} over TLS. */
    static EchoScenario tls(String name, int connections, int size) {
        return new EchoScenario(name, "tls", "tls-echo", connections, size, 1, 0);
    }

    private static String about(String kind, int connections, int size, int depth, double rate) {
        String what =
                String.format(Locale.ROOT, "%s, connections: %d, bytes of a message: %d", kind, connections, size);
        return what
                + (rate > 0
                        ? String.format(Locale.ROOT, ", at a fixed rate of %.0f messages/s", rate)
                        : ", closed loop, under way on each: " + depth);
    }

    @Override
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(super.figures());
        if (rate > 0) {
            // it spins, so its processor time says nothing
            all.removeIf(figure -> figure.key().equals("loadCpu"));
            all.add(Figure.of("late", "not sent", 0));
        }
        return all;
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return Memory.lackOfFiles(connections);
    }

    @Override
    public int leastWarmUp() {
        return kind().equals("tls") ? HandshakeScenario.LEAST_WARM_UP : 0;
    }

    /** Warms up by the closed loop, as a fixed rate has no best and compiles late. */
    @Override
    public double warmUp(Trial trial, double seconds) throws IOException, InterruptedException {
        return rate > 0
                ? closed(name(), kind(), connections, size, depth).warmUp(trial, seconds)
                : super.warmUp(trial, seconds);
    }

    @Override
    Order order(SocketAddress address, double seconds) {
        return new Order(load, address, size, connections, depth, seconds, rate);
    }
}
