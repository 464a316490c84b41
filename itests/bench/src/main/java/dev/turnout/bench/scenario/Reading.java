// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.run.Cpu;
import dev.turnout.bench.run.ServerProcess;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What was counted of a server from one moment to another. Not threadsafe. */
final class Reading {

    private final ServerProcess server;
    private Map<String, Double> counts = Map.of();
    private Cpu cpu = new Cpu(Map.of(), 0, 0);
    private long nanos;
    private Cpu.Spent spent = new Cpu.Spent(0, 0);

    Reading(ServerProcess server) {
        this.server = server;
    }

    /** Begins; reads the processor time last, as the server's answer costs some. */
    void begin() throws IOException, InterruptedException {
        counts = server.counts();
        cpu = server.cpu();
        nanos = System.nanoTime();
    }

    /** Ends; reads the processor time first. */
    void end() throws IOException, InterruptedException {
        nanos = System.nanoTime() - nanos;
        spent = server.cpu().since(cpu);
        Map<String, Double> before = counts;
        counts = new LinkedHashMap<>(server.counts());
        counts.replaceAll((key, count) -> count - before.getOrDefault(key, 0.0));
        counts.remove("liveBytes");
    }

    /** Returns the figures of so many messages or operations, processor time and allocated bytes each. */
    Map<String, Double> figures(double total) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("serverCpu", spent.total() / nanos);
        figures.putAll(counts);
        figures.remove("allocatedBytes");
        if (total > 0) {
            figures.put("cpuMicros", spent.total() / 1e3 / total);
            figures.put("userMicros", spent.user() / 1e3 / total);
            figures.put("systemMicros", spent.system() / 1e3 / total);
            if (counts.containsKey("allocatedBytes")) {
                figures.put("allocatedBytes", counts.getOrDefault("allocatedBytes", 0.0) / total);
            }
        }
        return figures;
    }
}
