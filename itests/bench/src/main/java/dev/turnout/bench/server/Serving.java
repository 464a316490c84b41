// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongSupplier;

/** Says where a server listens, then obeys the runner until the end of the standard input. */
public final class Serving {

    private static final String WORK = "work ";

    private Serving() {}

    /** What a process does that serves nobody. */
    @FunctionalInterface
    public interface Work {

        /** Works for so many seconds or a little more, checks what comes of it, and says what as one line of JSON. */
        String run(double seconds);
    }

    static void serve(SocketAddress address) throws IOException {
        serve(address, Map.of());
    }

    /** Serves with counts of the server's own, which its figures show beside those of the virtual machine. */
    static void serve(SocketAddress address, Map<String, LongSupplier> counts) throws IOException {
        obey(address, counts, seconds -> "{\"error\":\"serves only\"}");
    }

    /** Obeys likewise, listens nowhere, and does its work whenever it is told to. */
    public static void work(Work work) throws IOException {
        obey(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Map.of(), work);
    }

    private static void obey(SocketAddress address, Map<String, LongSupplier> counts, Work work) throws IOException {
        System.out.println("listening " + Address.text(address));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            if (line.startsWith(WORK)) {
                System.out.println(work.run(Double.parseDouble(line.substring(WORK.length()))));
                continue;
            }
            switch (line) {
                case "stats" -> System.out.println(JvmStats.json(counts));
                case "collect" -> {
                    JvmStats.collect();
                    System.out.println(JvmStats.json(counts));
                }
                default -> System.out.println("{\"unknown\":true}");
            }
        }
        System.exit(0);
    }

    /** Says why this server cannot run here. */
    static void unavailable(String reason) {
        System.out.println("unavailable " + reason.replace('\n', ' '));
        System.exit(0);
    }
}
