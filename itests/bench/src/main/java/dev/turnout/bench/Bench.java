// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import dev.turnout.bench.peer.Peer;
import dev.turnout.bench.peer.Peers;
import dev.turnout.bench.report.Machine;
import dev.turnout.bench.report.Report;
import dev.turnout.bench.report.Section;
import dev.turnout.bench.report.Table;
import dev.turnout.bench.run.Cores;
import dev.turnout.bench.run.Launch;
import dev.turnout.bench.run.Programs;
import dev.turnout.bench.scenario.Scenario;
import dev.turnout.bench.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Measures echo servers in turns, prints tables, and writes {@code results.json}, {@code report.html} and {@code report.md}. */
public final class Bench {

    private final BenchOptions options;
    private final PrintStream out;
    private final Progress progress;
    private final Map<String, String> versions = new LinkedHashMap<>();
    private final Map<String, String> absent = new LinkedHashMap<>();

    private Bench(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        progress = new Progress(out);
    }

    /** Runs with the options of {@code --help}; exits with 1 if anything that was measured failed or its results could not be written. */
    public static void main(String[] args) throws InterruptedException {
        int status;
        try {
            status = run(System.out, args);
        } catch (IllegalArgumentException e) {
            System.err.println("run: " + e.getMessage());
            status = 2;
        } catch (IOException e) {
            System.err.println("run: the bench cannot go on: " + e);
            status = 1;
        }
        System.exit(status);
    }

    static int run(PrintStream out, String... args) throws IOException, InterruptedException {
        BenchOptions options = BenchOptions.parse(args);
        if (options.help) {
            out.print(BenchOptions.HELP);
            return 0;
        }
        return new Bench(options, out).run(args.clone());
    }

    private int run(String[] args) throws IOException, InterruptedException {
        List<Scenario> scenarios = scenarios();
        List<Peer> peers = peers();
        if (options.list) {
            scenarios.forEach(scenario -> out.println("scenario " + scenario.name() + ": " + scenario.about()));
            peers.forEach(peer ->
                    out.println("server " + peer.name() + ": " + String.join(", ", new TreeSet<>(peer.kinds()))));
            return 0;
        }
        if (!Files.exists(Path.of("/proc/self/task"))) {
            throw new IllegalArgumentException("processor time is read from /proc, as Linux has it; here is none");
        }
        if (options.perf && !Programs.present("perf")) {
            throw new IllegalArgumentException("--perf needs the program perf; there is none on the path");
        }
        prepareOutput();
        Cores cores = Cores.choose(options.cores);
        Launch launch = Launch.of(options.java, System.getProperty("java.class.path"), options.python, cores);
        peers = present(peers, launch);
        Map<String, Object> circumstances = circumstances(launch, args);
        circumstances.forEach((name, value) -> out.println(name + ": " + value));
        return measure(scenarios, peers, launch, circumstances);
    }

    /** Makes the folder for the results before anything is measured, as a folder that cannot be made would lose them. */
    private void prepareOutput() {
        Path folder = options.output;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot make the folder " + folder + " for the results: " + e, e);
        }
        if (!Files.isWritable(folder)) {
            throw new IllegalArgumentException(
                    "cannot write results into " + folder + ": no permission; name another folder by --output");
        }
    }

    private int measure(List<Scenario> scenarios, List<Peer> peers, Launch launch, Map<String, Object> circumstances)
            throws IOException, InterruptedException {
        Map<String, String> skipped = new LinkedHashMap<>();
        circumstances.put("skipped", skipped);
        Path logs = Files.createTempDirectory("turnout-bench");
        Thread breaking = new Thread(() -> brokenOff(logs), "broken off");
        Runtime.getRuntime().addShutdownHook(breaking);
        List<Section> sections = new ArrayList<>();
        @Nullable IOException unwritten = null;
        try {
            for (Scenario scenario : scenarios) {
                List<Peer> takers = peers.stream().filter(scenario::takes).toList();
                Optional<String> obstacle = scenario.obstacle();
                if (takers.isEmpty()) {
                    obstacle = Optional.of("none of the servers that are left takes part in it");
                }
                if (obstacle.isPresent()) {
                    skipped.put(scenario.name(), obstacle.get());
                    out.println("\n" + scenario.name() + " is skipped: " + obstacle.get() + "\n");
                    continue;
                }
                try (Rounds rounds = new Rounds(options, launch, logs, progress, scenario)) {
                    Section section = rounds.run(takers);
                    sections.add(section);
                    out.println("\n" + Table.of(section));
                }
                // after each, so that a run that is broken off leaves what it had
                unwritten = write(circumstances, sections);
            }
        } finally {
            if (notBrokenOff(breaking)) {
                delete(logs);
            }
        }
        if (unwritten == null) {
            out.println("results.json, report.html and report.md are in " + options.output.toAbsolutePath());
        }
        boolean failed = sections.stream()
                .flatMap(section -> section.outcomes().stream())
                .anyMatch(outcome -> !outcome.errors().isEmpty());
        return failed || unwritten != null || sections.isEmpty() ? 1 : 0;
    }

    /** Writes what there is so far; a failure is said and returned, as the next time may have more luck, and the tables are printed in any case. */
    private @Nullable IOException write(Map<String, Object> circumstances, List<Section> sections) {
        try {
            Report.write(options.output, circumstances, sections);
            return null;
        } catch (IOException e) {
            out.println(
                    "cannot write results.json, report.html and report.md into " + options.output.toAbsolutePath()
                            + ": " + e
                            + "; make room, as they are written again after the next scenario, or name another folder by --output");
            return e;
        }
    }

    /** Says what is left when somebody ends the bench; on the thread of the virtual machine's end. */
    private void brokenOff(Path logs) {
        out.println(
                "\nbroken off; of the scenarios whose tables are above, results.json, report.html and report.md are in "
                        + options.output.toAbsolutePath());
        delete(logs);
    }

    private static boolean notBrokenOff(Thread breaking) {
        try {
            return Runtime.getRuntime().removeShutdownHook(breaking);
        } catch (IllegalStateException ending) {
            return false;
        }
    }

    private List<Scenario> scenarios() {
        List<Scenario> chosen = Scenarios.all(options.rate, options.idle).stream()
                .filter(scenario -> BenchOptions.has(options.scenarios, scenario.name()))
                .toList();
        known(options.scenarios, "scenario", chosen.stream().map(Scenario::name).toList());
        return chosen;
    }

    private List<Peer> peers() {
        List<Peer> chosen = Peers.all().stream()
                .filter(peer -> peer.name().equals(options.reference) || BenchOptions.has(options.servers, peer.name()))
                .toList();
        List<String> names = chosen.stream().map(Peer::name).toList();
        known(options.servers, "server", names);
        if (!names.contains(options.reference)) {
            throw new IllegalArgumentException(
                    "--reference needs the name of one server, not '" + options.reference + "'; --list names them");
        }
        return chosen;
    }

    private static void known(List<String> wanted, String what, List<String> names) {
        for (String one : wanted) {
            if (names.stream().noneMatch(name -> BenchOptions.has(List.of(one), name))) {
                throw new IllegalArgumentException("no " + what + " is called " + one + "; try --list");
            }
        }
    }

    /** Leaves out, and says so, which servers this machine has not what they need for. */
    private List<Peer> present(List<Peer> peers, Launch launch) throws InterruptedException {
        List<Peer> present = new ArrayList<>();
        for (Peer peer : peers) {
            try {
                versions.put(peer.name(), peer.version(launch));
                present.add(peer);
            } catch (IOException e) {
                absent.put(peer.name(), String.valueOf(e.getMessage()));
            }
        }
        return present;
    }

    private Map<String, Object> circumstances(Launch launch, String[] args) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        all.put(
                "command",
                String.join(
                        " ",
                        Stream.concat(Stream.of("itests/bench/run"), Stream.of(args))
                                .toList()));
        all.put("commit", System.getProperty("bench.commit", "unknown"));
        all.put("machine", Machine.describe());
        all.put("jdk", Launch.version(launch.java()));
        all.put("flags", String.join(" ", launch.flags()));
        all.put("pinning", launch.cores().about());
        all.put("rounds", options.rounds);
        all.put("seconds", options.seconds);
        all.put("smoke", options.smoke);
        all.put("strace", strace());
        all.put("user time by", options.perf ? "samples of perf" : "ticks");
        all.put("reference", options.reference);
        all.put("versions", versions);
        all.put("absent", absent);
        return all;
    }

    private String strace() {
        if (!options.strace) {
            return "no";
        }
        return Programs.present("strace") ? "yes" : "no such program, so system calls are not counted";
    }

    private void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(folder);
        } catch (IOException | UncheckedIOException e) {
            out.println("cannot delete " + folder + ", which nobody needs any more: " + e);
        }
    }
}
