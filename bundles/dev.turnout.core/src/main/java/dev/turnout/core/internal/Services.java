// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows the ports of services by name, from the system's list.
 *
 * @see "EXEC-9"
 */
final class Services {

    private static final Path LIST = Path.of("/etc/services");

    private Services() {}

    /** Returns the port that the text is, 0 for none, or -1 if it is a name. */
    static int number(@Nullable String port) {
        if (port == null || port.isEmpty()) {
            return 0;
        }
        int number = 0;
        boolean digits = true;
        for (int i = 0; i < port.length() && digits; i++) {
            char c = port.charAt(i);
            digits = c >= '0' && c <= '9';
            number = Math.min(number * 10 + (c - '0'), 1_000_000);
        }
        if (!digits && port.charAt(0) != '-') {
            return -1;
        }
        if (!digits || number > 0xffff) {
            throw new IllegalArgumentException("port " + port + " is not in 0 to 65535");
        }
        return number;
    }

    /** Returns the port of a service by its name or alias; reads a file, so not on a loop's thread. */
    static int find(String name) throws IOException {
        for (String line : lines()) {
            String[] words = words(line);
            for (int i = 0; i < words.length; i++) {
                if (i != 1 && words[i].equals(name)) {
                    return port(words);
                }
            }
        }
        throw new IOException("cannot resolve port \"" + name + "\": no such service in " + LIST
                + (Files.isReadable(LIST) ? "" : ", which cannot be read") + "; use a number");
    }

    /** Returns the name of the service at that port, or the number as text; reads a file too. */
    static String name(int port) throws IOException {
        for (String line : lines()) {
            String[] words = words(line);
            if (words.length > 1 && port(words) == port) {
                return words[0];
            }
        }
        return Integer.toString(port);
    }

    private static List<String> lines() throws IOException {
        return Files.isReadable(LIST) ? Files.readAllLines(LIST, StandardCharsets.ISO_8859_1) : List.of();
    }

    private static String[] words(String line) {
        int comment = line.indexOf('#');
        String text = (comment < 0 ? line : line.substring(0, comment)).strip();
        String[] words = text.split("\\s+", -1);
        return words.length > 1 && words[1].matches("\\d{1,5}/(tcp|udp)") ? words : new String[0];
    }

    private static int port(String[] words) {
        return Integer.parseInt(words[1].substring(0, words[1].indexOf('/')));
    }
}
