// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.scenario;

import dev.turnout.bench.run.Cpu;
import dev.turnout.bench.run.Samples;
import dev.turnout.bench.run.ServerProcess;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was counted of a server from one moment to another. Not threadsafe. */
final class Reading {

    private final ServerProcess server;
    private final @Nullable Samples samples;
    private Map<String, Double> counts = Map.of();
    private Cpu cpu = new Cpu(Map.of(), 0, 0);
    private long begun;
    private long ended;
    private Cpu.Spent spent = new Cpu.Spent(0, 0, 0);

    /** @param samples splits user and system time; without it ticks do */
    Reading(ServerProcess server, @Nullable Samples samples) {
        this.server = server;
        this.samples = samples;
    }

    /** Begins; reads the processor time last, as the server's answer costs some. */
    void begin() throws IOException, InterruptedException {
        counts = server.counts();
        cpu = server.cpu();
        begun = System.nanoTime();
    }

    /** Ends; reads the processor time first. */
    void end() throws IOException, InterruptedException {
        ended = System.nanoTime();
        spent = server.cpu().since(cpu);
        Map<String, Double> before = counts;
        counts = new LinkedHashMap<>(server.counts());
        counts.replaceAll((key, count) -> count - before.getOrDefault(key, 0.0));
        counts.remove("liveBytes");
    }

    /** Returns the figures of so many messages or operations, processor time and allocated bytes each. */
    Map<String, Double> figures(double total) throws IOException, InterruptedException {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("serverCpu", spent.total() / (ended - begun));
        figures.putAll(counts);
        figures.remove("allocatedBytes");
        if (total > 0) {
            figures.put("cpuMicros", spent.total() / 1e3 / total);
            if (samples != null || spent.isSplit()) {
                double user = samples == null ? spent.user() : spent.total() * samples.userShare(begun, ended);
                figures.put("userMicros", user / 1e3 / total);
                figures.put("systemMicros", (spent.total() - user) / 1e3 / total);
            }
            if (counts.containsKey("allocatedBytes")) {
                figures.put("allocatedBytes", counts.getOrDefault("allocatedBytes", 0.0) / total);
            }
        }
        return figures;
    }
}
