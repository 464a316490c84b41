// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import dev.turnout.bench.peer.Peer;
import dev.turnout.bench.report.Outcome;
import dev.turnout.bench.report.Section;
import dev.turnout.bench.run.Launch;
import dev.turnout.bench.run.LoadProcess;
import dev.turnout.bench.run.Programs;
import dev.turnout.bench.run.ServerProcess;
import dev.turnout.bench.run.Stolen;
import dev.turnout.bench.scenario.Figure;
import dev.turnout.bench.scenario.Scenario;
import dev.turnout.bench.scenario.Trial;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs one scenario: starts its servers, warms each up, then lets them take turns, so that what changes on the machine meets all. */
final class Rounds implements AutoCloseable {

    private static final int WITHOUT_NEW_BEST = 3;

    private final BenchOptions options;
    private final Launch launch;
    private final Path logs;
    private final Progress progress;
    private final Scenario scenario;
    private final LoadProcess load;
    private final Map<ServerProcess, Outcome> running = new LinkedHashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    Rounds(BenchOptions options, Launch launch, Path logs, Progress progress, Scenario scenario) {
        this.options = options;
        this.launch = scenario.pinned() ? launch : launch.unpinned();
        this.logs = logs;
        this.progress = progress;
        this.scenario = scenario;
        load = new LoadProcess(this.launch, logs);
    }

    Section run(List<Peer> peers) throws InterruptedException {
        if (scenario.fresh()) {
            peers.forEach(peer -> outcomes.add(new Outcome(peer.name())));
            for (int round = 0; round < options.rounds; round++) {
                progress.say("%s: round %d of %d", scenario.name(), round + 1, options.rounds);
                for (int i = 0; i < peers.size(); i++) {
                    fresh(peers.get(i), outcomes.get(i));
                }
            }
        } else {
            for (Peer peer : peers) {
                start(peer);
            }
            running.forEach(this::warmUp);
            for (int round = 0; round < options.rounds; round++) {
                progress.say("%s: round %d of %d", scenario.name(), round + 1, options.rounds);
                running.forEach((server, outcome) -> round(server, outcome, options.seconds));
            }
            if (options.strace && Programs.present("strace")) {
                progress.say("%s: system calls", scenario.name());
                running.forEach(this::systemCalls);
            }
        }
        return new Section(scenario, scenario.reference(options.reference), outcomes);
    }

    private void fresh(Peer peer, Outcome outcome) throws InterruptedException {
        try (ServerProcess server = new ServerProcess(peer, scenario.kind(), launch.sparing(), logs)) {
            round(server, outcome, options.idleSeconds);
        } catch (ServerProcess.AbsentException e) {
            outcome.absent(reason(e));
        } catch (IOException e) {
            failed(outcome, e);
        }
    }

    private void start(Peer peer) throws InterruptedException {
        Outcome outcome = new Outcome(peer.name());
        outcomes.add(outcome);
        try {
            running.put(new ServerProcess(peer, scenario.kind(), launch, logs), outcome);
        } catch (ServerProcess.AbsentException e) {
            outcome.absent(reason(e));
            progress.say("%s: %s is skipped: %s", scenario.name(), outcome.server(), reason(e));
        } catch (IOException e) {
            failed(outcome, e);
        }
    }

    /** Until three runs in a row bring no new best, as compilers of a JVM share the server's core. */
    private void warmUp(ServerProcess server, Outcome outcome) {
        double best = 0;
        int since = 0;
        int runs = 0;
        double seconds = Math.min(1, options.seconds);
        try {
            while (runs < options.warmUp && (since < WITHOUT_NEW_BEST || runs < scenario.leastWarmUp())) {
                double rate = scenario.warmUp(trial(server, false), seconds);
                outcome.warmedUp(rate);
                since = rate > best ? 0 : since + 1;
                best = Math.max(best, rate);
                runs++;
            }
            progress.say("%s: %s is warm after %d runs", scenario.name(), outcome.server(), runs);
        } catch (IOException e) {
            failed(outcome, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round(ServerProcess server, Outcome outcome, double seconds) {
        try {
            Stolen before = Stolen.now();
            Map<String, Double> figures = new LinkedHashMap<>(scenario.measure(trial(server, options.perf), seconds));
            figures.put(Figure.STOLEN.key(), Stolen.now().since(before));
            outcome.round(figures);
        } catch (IOException e) {
            outcome.round(Map.of());
            failed(outcome, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void systemCalls(ServerProcess server, Outcome outcome) {
        try {
            outcome.systemCalls(scenario.systemCalls(trial(server, false), Math.min(1, options.seconds)));
        } catch (IOException e) {
            // the column stays empty; what was measured stays true
            progress.say("%s: %s: cannot count system calls: %s", scenario.name(), outcome.server(), reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Trial trial(ServerProcess server, boolean sampled) {
        return new Trial(server, load, logs, sampled);
    }

    private void failed(Outcome outcome, IOException e) {
        outcome.error(reason(e));
        progress.say("%s: %s: %s", scenario.name(), outcome.server(), reason(e));
    }

    private static String reason(IOException e) {
        return String.valueOf(e.getMessage());
    }

    @Override
    public void close() {
        load.close();
        running.keySet().forEach(ServerProcess::close);
    }
}
