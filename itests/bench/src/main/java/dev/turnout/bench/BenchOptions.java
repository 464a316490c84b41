// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import dev.turnout.bench.peer.Peers;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The options of a run. Not threadsafe. */
final class BenchOptions {

    static final String HELP = """
            usage: itests/bench/run [options]
              --scenarios A,B   only these; * in a name is any text (all)
              --servers A,B     only these, and the reference; * in a name is any text (all)
              --reference NAME  what ratios are to (bare)
              --rounds N        measured rounds of each server (3)
              --seconds S       how long a round is (2)
              --warm-up N       at most so many warm-up runs of a server, each of at most 1 s (12)
              --rate N          messages per second of the open loop (10000)
              --java HOME       the JDK that runs servers and load (the one that runs this)
              --python PROGRAM  the Python that serves (python3, or the first that has the module)
              --cores S,L       the cores of servers and load (the last and the first)
              --no-strace       does not count system calls
              --perf            splits user and system time of messages by the samples of perf record instead of ticks
              --output FOLDER   where results.json, report.html and report.md go (itests/bench/target/report)
              --smoke           one short round of each, to see that all works; the figures mean nothing
              --list            names scenarios and servers
            """;

    List<String> scenarios = List.of("*");
    List<String> servers = List.of("*");
    String reference = Peers.BARE;
    int rounds = 3;
    double seconds = 2;
    int warmUp = 12;
    double rate = 10_000;
    int idle = 10_000;
    double idleSeconds = 5;
    Path java = Path.of(System.getProperty("java.home"));
    String python = "";
    String cores = "";
    boolean strace = true;
    boolean perf;
    Path output = Path.of(System.getProperty("bench.output", "target/report"));
    boolean smoke;
    boolean list;
    boolean help;

    /** Reads them; what is wrong is said by an {@link IllegalArgumentException}. */
    static BenchOptions parse(String... arguments) {
        BenchOptions options = new BenchOptions();
        Deque<String> rest = new ArrayDeque<>(List.of(arguments));
        if (rest.contains("--smoke")) {
            options.smoke();
        }
        while (!rest.isEmpty()) {
            options.set(rest.remove(), rest);
        }
        return options;
    }

    private void set(String name, Deque<String> rest) {
        switch (name) {
            case "--scenarios" -> scenarios = names(name, rest);
            case "--servers" -> servers = names(name, rest);
            case "--reference" -> reference = value(name, rest);
            case "--rounds" -> rounds = integer(name, rest, 1);
            case "--seconds" -> seconds = number(name, rest, 0.1, 3_600);
            case "--warm-up" -> warmUp = integer(name, rest, 0);
            case "--rate" -> rate = number(name, rest, 1, 1e7);
            case "--java" -> java = Path.of(value(name, rest)).toAbsolutePath();
            case "--python" -> python = value(name, rest);
            case "--cores" -> cores = value(name, rest);
            case "--output" -> output = Path.of(value(name, rest));
            case "--no-strace" -> strace = false;
            case "--perf" -> perf = true;
            case "--smoke" -> smoke = true;
            case "--list" -> list = true;
            case "--help" -> help = true;
            default -> throw new IllegalArgumentException("unknown option " + name + "; try --help");
        }
    }

    private void smoke() {
        rounds = 1;
        seconds = 0.3;
        warmUp = 1;
        rate = 2_000;
        idle = 200;
        idleSeconds = 0.3;
    }

    private static List<String> names(String name, Deque<String> rest) {
        String value = value(name, rest);
        List<String> names = List.of(value.split(",", -1));
        if (names.contains("")) {
            throw new IllegalArgumentException(
                    name + " needs names with a comma between them, not '" + value + "'; try --list");
        }
        return names;
    }

    private static int integer(String name, Deque<String> rest, int least) {
        String value = value(name, rest);
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(name + " needs a whole number from " + least + " on, not '" + value + "'");
    }

    private static double number(String name, Deque<String> rest, double least, double most) {
        String value = value(name, rest);
        try {
            double number = Double.parseDouble(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                String.format(Locale.ROOT, "%s needs a number from %s to %,.0f, not '%s'", name, least, most, value));
    }

    private static String value(String name, Deque<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException(name + " needs a value; try --help");
        }
        String value = rest.remove();
        if (value.isEmpty()) {
            throw new IllegalArgumentException(name + " needs a value, not an empty one; try --help");
        }
        return value;
    }

    /** Says whether a list of names, in which an asterisk is any text, has one. */
    static boolean has(List<String> names, String name) {
        return names.stream().anyMatch(one -> name.matches(Pattern.quote(one).replace("*", "\\E.*\\Q")));
    }
}
