// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads what Linux says of a process's memory and limits. */
public final class Memory {

    /** How many files a process has open beside its connections, jars for instance. */
    private static final int OTHER_FILES = 300;

    private Memory() {}

    /** Returns the resident bytes. */
    public static long resident(long pid) throws IOException {
        return 1024 * field(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:");
    }

    /** Says why a load of so many connections, or its server, could not open as many, if so. */
    public static Optional<String> lackOfFiles(int connections) throws IOException {
        long files = openFiles();
        return files >= connections + OTHER_FILES
                ? Optional.empty()
                : Optional.of("needs ulimit -n " + (connections + OTHER_FILES) + ", which is " + files);
    }

    /** Returns how many files a process started from here may open. */
    private static long openFiles() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split(" +", -1)[0];
                return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
            }
        }
        return Long.MAX_VALUE;
    }

    private static long field(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException(file + " has no line " + name);
    }
}
