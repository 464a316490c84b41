// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes what is served, and what to try next. */
final class Announcement {

    private static final Pattern PLAIN = Pattern.compile("[\\w./:@%+=,-]+");
    private static final Pattern KNOWN = Pattern.compile("(tls\\+)?(tcp|unix):|udp:");

    private Announcement() {}

    /**
     * Writes the text.
     *
     * @param certificates the file of the certificate to trust, by the name of the server; none for one with a certificate of its own
     */
    static String of(CommandLine line, NetworkPicture picture, Map<String, Path> certificates) {
        StringBuilder text = new StringBuilder();
        text.append(picture.serving().isEmpty() ? "Turnout runs and serves nothing yet\n" : "Turnout serves\n");
        for (Map.Entry<String, List<String>> server : picture.serving().entrySet()) {
            for (String socket : server.getValue()) {
                String client = client(socket, certificates.get(server.getKey()));
                String hint = client.isEmpty() ? "" : "try: " + client;
                text.append(String.format("  %-10s %-34s %s", server.getKey(), socket, hint)
                                .stripTrailing())
                        .append('\n');
            }
        }
        picture.waiting()
                .forEach((name, state) -> text.append(String.format("not serving yet: %s: %s%n", name, state)));
        picture.failed().forEach((name, reason) -> text.append(String.format("not open: %s: %s%n", name, reason)));
        text.append("Servers are files ").append(line.etc()).append("/dev.turnout.server~NAME.cfg\n");
        text.append("Bundles are loaded from ").append(line.load()).append('\n');
        text.append("Stop with ")
                .append(
                        line.shell()
                                ? "Ctrl-C"
                                : "kill " + ProcessHandle.current().pid())
                .append('\n');
        return text.toString();
    }

    /** Returns the command that talks to a listening socket, or an empty text for a transport that the distribution does not have. */
    static String client(String socket, @Nullable Path certificate) {
        if (!KNOWN.matcher(socket).lookingAt()) {
            return "";
        }
        String address = socket.substring(socket.indexOf(':') + 1);
        boolean secured = socket.startsWith("tls+");
        String openssl = "openssl s_client -quiet"
                + (certificate == null ? "" : " -verify_return_error -CAfile " + quoted(certificate.toString()));
        if (!address.startsWith("//")) {
            return secured ? openssl + " -unix " + quoted(address) : "socat - " + quoted("UNIX-CONNECT:" + address);
        }
        int colon = address.lastIndexOf(':');
        String host = address.substring(2, colon).replaceAll("[\\[\\]]", "");
        boolean everywhere = host.isEmpty() || host.equals("*") || host.equals("0.0.0.0") || host.equals("::");
        String to = everywhere ? "127.0.0.1" : host;
        String bracketed = to.indexOf(':') < 0 ? to : "[" + to + "]";
        String port = address.substring(colon + 1);
        if (socket.startsWith("udp:")) {
            return "socat - " + (to.indexOf(':') < 0 ? "UDP:" : "UDP6:") + bracketed + ":" + port;
        }
        return secured ? openssl + " -connect " + bracketed + ":" + port : "nc " + to + " " + port;
    }

    /** Writes a word as a shell takes it for one. */
    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
