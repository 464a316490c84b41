// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Makes the load that its arguments or else the lines of its standard input order, and prints one line of JSON for each. */
public final class Load {

    private Load() {}

    /**
     * Obeys one order as arguments, or one per line. Then each run has a line {@code ready} and waits for {@code go}, and after its line of JSON for
     * {@code close}.
     */
    public static void main(String[] args) throws IOException {
        if (args.length > 0) {
            run(Order.parse(String.join(" ", args)), new Alone());
            return;
        }
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            run(Order.parse(line), new Led(orders));
        }
    }

    private static void run(Order order, Gate gate) throws IOException {
        Tally tally = new Tally();
        try (Work work = work(order, tally)) {
            try {
                work.run(gate);
            } catch (IOException e) {
                tally.error(String.valueOf(e));
            }
            gate.done(tally.json());
        }
    }

    static Work work(Order order, Tally tally) throws IOException {
        return switch (order.what()) {
            case "echo", "tls-echo" -> new EchoLoad(order, tally);
            case "connect", "tls-full", "tls-resumed" -> new ConnectLoad(order, tally);
            case "idle" -> new IdleLoad(order, tally);
            case "udp" -> new DatagramLoad(order, tally);
            default -> throw new IllegalArgumentException("no load is called " + order.what());
        };
    }

    /** Waits for nobody. */
    static final class Alone implements Gate {

        @Override
        public void pass() {}

        @Override
        public void done(String json) {
            System.out.println(json);
        }
    }

    /** Waits for the runner. */
    private record Led(BufferedReader orders) implements Gate {

        @Override
        public void pass() throws IOException {
            done("ready");
        }

        @Override
        public void done(String said) throws IOException {
            System.out.println(said);
            if (orders.readLine() == null) {
                throw new IOException("the runner has left");
            }
        }
    }
}
