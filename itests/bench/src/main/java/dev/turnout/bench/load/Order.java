// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import dev.turnout.bench.server.Address;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Says what load to make.
 *
 * @param what {@code echo}, {@code connect}, {@code idle} or {@code udp}, or over TLS {@code tls-echo}, {@code tls-full} (handshakes) or {@code tls-resumed}
 * @param address where the server listens
 * @param size the bytes of a message
 * @param connections how many connections, or sockets of datagrams, at a time
 * @param depth how many messages are under way on each connection in the closed loop
 * @param seconds how long
 * @param rate messages per second of the open loop, 0 for the closed loop
 */
public record Order(
        String what, SocketAddress address, int size, int connections, int depth, double seconds, double rate) {

    /** Reads {@code what=echo address=tcp:4711 size=1024 connections=50 depth=1 seconds=2 rate=0}, in any order; all but the address can be left out. */
    public static Order parse(String text) {
        Map<String, String> values = new HashMap<>();
        for (String pair : text.strip().split("\\s+", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw new IllegalArgumentException("\"" + pair + "\" is not of the form name=value");
            }
            values.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return new Order(
                values.getOrDefault("what", "echo"),
                Address.parse(values.getOrDefault("address", "")),
                Integer.parseInt(values.getOrDefault("size", "1024")),
                Integer.parseInt(values.getOrDefault("connections", "1")),
                Integer.parseInt(values.getOrDefault("depth", "1")),
                Double.parseDouble(values.getOrDefault("seconds", "2")),
                Double.parseDouble(values.getOrDefault("rate", "0")));
    }

    @Override
    public String toString() {
        return "what=" + what + " address=" + Address.text(address) + " size=" + size + " connections=" + connections
                + " depth=" + depth + " seconds=" + seconds + " rate=" + rate;
    }
}
