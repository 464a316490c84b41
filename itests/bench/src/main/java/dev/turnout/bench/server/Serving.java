// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongSupplier;

/** Says where a server listens, then obeys the runner until the end of the standard input. */
final class Serving {

    private Serving() {}

    static void serve(SocketAddress address) throws IOException {
        serve(address, Map.of());
    }

    /** Serves with counts of the server's own, which its figures show beside those of the virtual machine. */
    static void serve(SocketAddress address, Map<String, LongSupplier> counts) throws IOException {
        System.out.println("listening " + Address.text(address));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
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
