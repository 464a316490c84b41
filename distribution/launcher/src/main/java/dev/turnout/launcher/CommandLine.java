// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds what the command line asks for.
 *
 * @param properties framework properties, which configurations name as <code>${turnout.echo.port}</code>
 */
record CommandLine(boolean help, boolean shell, Path etc, Path data, Path load, Map<String, String> properties) {

    static final String USAGE = """
            usage: %s [OPTION]...
            Starts Turnout in the foreground and serves what the configurations in etc/ say, until Ctrl-C or SIGTERM.

              --echo-port N   port of the echo server (8888); 0 lets the system choose
              --line-port N   port of the line server (8889); 0 lets the system choose
              --udp-port N    port of the datagram echo server (9999); 0 lets the system choose
              --tls-port N    port of the echo server over TLS (8443); 0 lets the system choose
              --etc DIR       folder of configurations, read while running (etc)
              --load DIR      folder of bundles, read while running (load)
              --data DIR      folder for caches, locks, unix sockets and the key pair of TLS, made if missing (data)
              --no-shell      reads no commands, as without a terminal
              --help          says this

            Folders are relative to the working folder, their defaults to %s.
            """;

    private static final Map<String, String> PORTS = Map.of(
            "--echo-port", "turnout.echo.port",
            "--line-port", "turnout.line.port",
            "--udp-port", "turnout.udp.port",
            "--tls-port", "turnout.tls.port");

    /** Reads the arguments; {@code home} is where the default folders are. */
    static CommandLine parse(List<String> arguments, Path home) throws StartException {
        boolean help = false;
        boolean shell = true;
        Path etc = home.resolve("etc");
        Path data = home.resolve("data");
        Path load = home.resolve("load");
        Map<String, String> properties = new TreeMap<>();

        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String option = equals < 0 ? argument : argument.substring(0, equals);
            switch (option) {
                case "--help", "-h" -> {
                    noValue(argument, equals);
                    help = true;
                }
                case "--no-shell" -> {
                    noValue(argument, equals);
                    shell = false;
                }
                case "--etc" -> etc = folder(value(argument, equals, rest));
                case "--data" -> data = folder(value(argument, equals, rest));
                case "--load" -> load = folder(value(argument, equals, rest));
                case "--echo-port", "--line-port", "--udp-port", "--tls-port" ->
                    properties.put(PORTS.getOrDefault(option, option), port(option, value(argument, equals, rest)));
                default -> throw wrong("unknown option \"" + argument + "\"");
            }
        }
        requireOwn("--etc", etc, "--load", load);
        requireOwn("--data", data, "--etc", etc);
        requireOwn("--data", data, "--load", load);
        return new CommandLine(help, shell, etc, data, load, properties);
    }

    private static void requireOwn(String option, Path folder, String otherOption, Path other) throws StartException {
        if (folder.equals(other)) {
            throw wrong(option + " and " + otherOption + " are the same folder, " + folder
                    + "; give each a folder of its own");
        }
    }

    private static void noValue(String argument, int equals) throws StartException {
        if (equals >= 0) {
            throw wrong("option " + argument + " takes no value");
        }
    }

    private static String value(String argument, int equals, Iterator<String> rest) throws StartException {
        String value = equals >= 0 ? argument.substring(equals + 1) : rest.hasNext() ? rest.next() : "";
        if (value.isEmpty()) {
            throw wrong("option " + argument + " needs a value");
        }
        return value;
    }

    private static Path folder(String text) {
        return Path.of(text).toAbsolutePath().normalize();
    }

    private static String port(String option, String text) throws StartException {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return Integer.toString(port);
            }
        } catch (NumberFormatException e) {
            throw noPort(option, text);
        }
        throw noPort(option, text);
    }

    private static StartException noPort(String option, String text) {
        return wrong(option + " takes a port from 0 to 65535, not \"" + text + "\"");
    }

    private static StartException wrong(String why) {
        return new StartException(StartException.USAGE, why + "; --help lists the options");
    }
}
