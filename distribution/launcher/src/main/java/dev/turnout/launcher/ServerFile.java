// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Is a configured server as its file says, before anybody has checked it.
 *
 * @param written the endpoint as it stands in the file; an empty text if there is none
 * @param endpoint the same with variables replaced
 * @param sharesItsPort whether others may listen at the same port
 * @param fault why the file cannot be read, or null; its server alone does not open then
 */
record ServerFile(
        Path file,
        String name,
        String written,
        String endpoint,
        boolean sharesItsPort,
        @Nullable String fault) {

    /** The network knows both signs before the name. */
    private static final String GLOB = "dev.turnout.server{~,-}*.cfg";

    private static final String PREFIX = "dev.turnout.server~";
    private static final String SUFFIX = ".cfg";
    private static final String SHARED = "reuse.port";
    private static final Pattern CONTEXT = Pattern.compile("[?&]tls=([^&,]*)");
    private static final Pattern ADDRESS =
            Pattern.compile("(?:(?:\\w+\\+)*tcp|udp)://([^/?]*):([1-9]\\d{0,4})(\\?.*)?");

    /** Returns the servers of a folder by name. */
    static List<ServerFile> in(Path folder, Map<String, String> variables) throws IOException {
        List<ServerFile> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, GLOB)) {
            for (Path file : files) {
                if (!Files.isDirectory(file)) { // which the file installer leaves alone, too
                    found.add(read(file, variables));
                }
            }
        }
        found.sort(Comparator.comparing(ServerFile::name));
        return found;
    }

    private static ServerFile read(Path file, Map<String, String> variables) {
        String base = String.valueOf(file.getFileName());
        String name = base.substring(PREFIX.length(), base.length() - SUFFIX.length());
        Properties properties;
        try {
            properties = ConfigurationFile.read(file);
        } catch (IOException e) {
            return new ServerFile(file, name, "", "", false, e.getMessage());
        }
        String endpoint = properties.getProperty("endpoint", "").trim();
        boolean shares = endpoint.contains(SHARED + "=true")
                || properties.getProperty(SHARED, "").strip().equals("true");
        return new ServerFile(
                file, name, endpoint, ConfigurationFile.replaceVariables(endpoint, variables), shares, null);
    }

    /** Returns how to choose another port. */
    String remedy() {
        boolean option = written.contains("${turnout." + name + ".port");
        return "choose another " + (option ? "with --" + name + "-port N or " : "") + "in " + file;
    }

    /** Tells whether it needs a key pair. */
    boolean isSecured() {
        return endpoint.startsWith("tls+");
    }

    /** Returns the name of the TLS context that clients get who ask for no name. */
    String context() {
        Matcher named = CONTEXT.matcher(endpoint);
        return named.find() ? named.group(1).strip() : "default";
    }

    /** Returns host and port of an endpoint with a fixed port. */
    Matcher address() {
        return ADDRESS.matcher(endpoint);
    }

    /** Tells whether it is for datagrams. */
    boolean isUdp() {
        return endpoint.startsWith("udp:");
    }
}
