// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which core serves and which makes the load.
 *
 * @param server the number of the servers' core, or -1 for any
 * @param load the number of the load generator's core, or -1 for any
 * @param about says so to a reader
 */
public record Cores(int server, int load, String about) {

    /** Reads {@code SERVER,LOAD}, or chooses the last and the first core this process may use. */
    public static Cores choose(String wanted) throws IOException {
        List<Integer> cores = wanted.isEmpty() ? allowed() : given(wanted, allowed());
        if (!Programs.present("taskset")) {
            return new Cores(-1, -1, "not pinned, as there is no taskset");
        }
        if (cores.size() < 2) {
            return new Cores(-1, -1, "not pinned, as there is one core only");
        }
        int server = wanted.isEmpty() ? cores.get(cores.size() - 1) : cores.get(0);
        int load = wanted.isEmpty() ? cores.get(0) : cores.get(1);
        return new Cores(server, load, "servers on core " + server + ", load on core " + load);
    }

    /** Returns the same without cores of their own. */
    public Cores unpinned() {
        return new Cores(-1, -1, "not pinned");
    }

    /** Returns the command that runs another one on a core. */
    public static List<String> pinned(int core, List<String> command) {
        if (core < 0) {
            return command;
        }
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
        pinned.addAll(command);
        return pinned;
    }

    private static List<Integer> given(String wanted, List<Integer> allowed) {
        try {
            List<Integer> cores =
                    Stream.of(wanted.split(",", -1)).map(Integer::valueOf).toList();
            if (cores.size() == 2 && !cores.get(0).equals(cores.get(1)) && allowed.containsAll(cores)) {
                return cores;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("--cores needs two different numbers out of " + allowed
                + " with a comma between them, not '" + wanted + "'");
    }

    private static List<Integer> allowed() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                return parse(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return List.of();
    }

    private static List<Integer> parse(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String part : list.split(",", -1)) {
            String[] ends = part.split("-", -1);
            for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                cores.add(i);
            }
        }
        return cores;
    }
}
