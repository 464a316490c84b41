// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The system's table of connections in TIME_WAIT.
 *
 * <p>A connection that finds it full leaves no entry, so its port is free at once; a server whose turn comes then is not held up by ports as the others are.
 *
 * @param entries how many connections are in it
 * @param most for how many it has room
 * @param ports how many a load generator can add, as each takes a port
 */
public record TimeWait(long entries, long most, long ports) {

    /** An entry stays for a minute. */
    private static final Duration LONGEST = Duration.ofSeconds(65);

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Returns how it is now. */
    public static TimeWait now() throws IOException {
        List<String> range = setting("ip_local_port_range");
        return new TimeWait(
                entries(Files.readAllLines(Path.of("/proc/net/sockstat"))),
                Long.parseLong(setting("tcp_max_tw_buckets").get(0)),
                Long.parseLong(range.get(1)) - Long.parseLong(range.get(0)) + 1);
    }

    /** Waits until a run of the load generator cannot fill it; not where it is so small that waiting would take longer than measuring. */
    public static void awaitRoom() throws IOException {
        long limit = System.nanoTime() + LONGEST.toNanos();
        while (!now().hasRoom() && System.nanoTime() < limit) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Tells whether what a load generator can add fits in, or hardly ever would. */
    boolean hasRoom() {
        return entries + ports <= most || most < 4 * ports;
    }

    /** Reads a setting at once, as the system gives the rest of one that was read in part to nobody. */
    private static List<String> setting(String name) throws IOException {
        try (BufferedReader reader = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4", name))) {
            String line = reader.readLine();
            return words(line == null ? "" : line);
        }
    }

    private static long entries(List<String> sockets) throws IOException {
        for (String line : sockets) {
            List<String> words = words(line);
            int name = words.indexOf("tw");
            if (words.get(0).equals("TCP:") && name > 0) {
                return Long.parseLong(words.get(name + 1));
            }
        }
        throw new IOException("/proc/net/sockstat does not tell how many connections are in TIME_WAIT");
    }

    private static List<String> words(String line) {
        return List.of(line.strip().split("\\s+"));
    }
}
