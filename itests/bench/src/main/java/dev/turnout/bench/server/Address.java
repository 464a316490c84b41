// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * Reads and writes addresses as the processes of the bench tell them to each other: {@code unix:PATH}, or the kind of a server by itself or with
 * a port of the loopback address, {@code tcp} or {@code tcp:4711}; a server of TLS is told {@code tls:} and the path of a key store.
 */
public final class Address {

    /** How many new connections the kernel keeps for a server, the same for all. */
    public static final int BACKLOG = 1024;

    private static final String UNIX = "unix:";

    private Address() {}

    /** Reads an address; without a port the system chooses one. */
    public static SocketAddress parse(String text) {
        if (text.startsWith(UNIX)) {
            return UnixDomainSocketAddress.of(text.substring(UNIX.length()));
        }
        String rest = rest(text);
        // a server of TLS is told a key store there, and no port
        int port = rest.matches("\\d+") ? Integer.parseInt(rest) : 0;
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Returns the word in front, which is the kind of server. */
    public static String kind(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? text : text.substring(0, colon);
    }

    /** Returns what stands behind the kind, or an empty text. */
    public static String rest(String text) {
        int colon = text.indexOf(':');
        return colon < 0 ? "" : text.substring(colon + 1);
    }

    /** Writes an address so that {@link #parse} reads it; the kind of server is not in it. */
    public static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? "tcp:" + inet.getPort() : UNIX + address;
    }
}
