// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.load.Order;
import dev.turnout.bench.run.Cpu;
import dev.turnout.bench.run.Memory;
import dev.turnout.bench.run.ServerProcess;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Memory and processor time of connections that were used once and then do nothing. */
final class IdleScenario implements Scenario {

    private static final int FIRST = 100;

    private final String name;
    private final int connections;

    IdleScenario(String name, int connections) {
        this.name = name;
        this.connections = connections;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String about() {
        return "tcp, " + connections
                + " connections, each used for one message of 64 bytes, then idle; a new process for each round, JVMs with -Xint -Xmn4m";
    }

    @Override
    public String kind() {
        return "tcp";
    }

    @Override
    public boolean fresh() {
        return true;
    }

    @Override
    public List<Figure> figures() {
        return List.of(
                Figure.deciding("residentBytes", "resident B/connection", 0, Figure.Better.LOWER),
                Figure.of("liveBytes", "live B/connection", 0),
                Figure.of("idleMillis", "CPU ms/s while idle", 2),
                Figure.of("residentBefore", "resident MiB before", 1),
                Figure.STOLEN);
    }

    @Override
    public Optional<String> obstacle() throws IOException {
        return Memory.lackOfFiles(connections);
    }

    @Override
    public Map<String, Double> measure(Trial trial, double seconds) throws IOException, InterruptedException {
        ServerProcess server = trial.server();
        Map<String, Double> figures = new LinkedHashMap<>();
        // loads what any connection needs
        trial.load().run(order(server, FIRST, 0), () -> {}, () -> {});
        double usedBefore = server.collect().getOrDefault("liveBytes", -1.0);
        long before = Memory.resident(server.pid());
        Map<String, Double> load = trial.load()
                .run(
                        order(server, connections, seconds),
                        () -> {
                            double used = server.collect().getOrDefault("liveBytes", -1.0);
                            if (used >= 0) {
                                figures.put("liveBytes", (used - usedBefore) / connections);
                            }
                            figures.put(
                                    "residentBytes", (Memory.resident(server.pid()) - before) / (double) connections);
                            figures.put("idleMillis", millisPerSecond(server, seconds));
                        },
                        () -> {});
        figures.put("residentBefore", before / 1048576.0);
        figures.putAll(load);
        return figures;
    }

    private static double millisPerSecond(ServerProcess server, double seconds)
            throws IOException, InterruptedException {
        Cpu cpu = server.cpu();
        long begun = System.nanoTime();
        var unused = new CountDownLatch(1).await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
        double spent = server.cpu().since(cpu).total();
        return spent / 1e6 / ((System.nanoTime() - begun) / 1e9);
    }

    private static Order order(ServerProcess server, int connections, double seconds) {
        return new Order("idle", server.address(), 64, connections, 1, seconds, 0);
    }
}
