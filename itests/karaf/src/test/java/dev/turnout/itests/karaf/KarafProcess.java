// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Is our Karaf as its users have it: unpacked, run by its own scripts, and asked by its own client. */
final class KarafProcess implements AutoCloseable {

    private static final long DEADLINE_SECONDS = 60;
    private static final String ESCAPES = "\u001b\\[[;\\d]*m";

    private final Path home;
    private final int sshPort;
    private @Nullable Process process;

    /** Unpacks the archive into a folder, and sets its ports and the pattern of its log. */
    KarafProcess(Path archive, Path folder) throws Exception {
        home = Files.createDirectories(folder);
        command(List.of("tar", "xzf", archive.toString(), "-C", folder.toString(), "--strip-components", "1"), "");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sshPort = free.getLocalPort();
        }
        append("org.apache.karaf.shell.cfg", "sshPort = " + sshPort, "sshHost = 127.0.0.1");
        append("users.properties", "karaf = karaf,_g_:admingroup", "_g_\\:admingroup = group,admin,manager,viewer,ssh");
        append("system.properties", "turnout.echo.port = 0");
        append("org.ops4j.pax.logging.cfg", "log4j2.pattern = " + KarafLog.PATTERN);
    }

    Path etc() {
        return home.resolve("etc");
    }

    Path log() {
        return home.resolve("data/log/karaf.log");
    }

    private void append(String file, String... lines) throws IOException {
        Path path = etc().resolve(file);
        List<String> all = new ArrayList<>(Files.readAllLines(path));
        for (String line : lines) {
            String key = line.substring(0, line.indexOf('=')).strip();
            all.removeIf(old -> old.matches(Pattern.quote(key) + "\\s*=.*"));
            all.add(line);
        }
        Files.write(path, all);
    }

    /** Starts it headless, and returns when its shell can be connected to. */
    void start() throws Exception {
        process = builder(List.of("bin/karaf", "server"))
                .redirectOutput(home.resolve("output").toFile())
                .start();
        process.getOutputStream().close();
        Until.holds("Karaf's shell listens", () -> listens(sshPort), listens -> listens);
    }

    /** Tells whether someone listens at a port. */
    static boolean listens(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (ConnectException nobody) {
            return false;
        }
    }

    /** Stops it, and waits for its end. */
    void stop() throws Exception {
        Process running = process;
        if (running == null) {
            return;
        }
        command(List.of("bin/stop"), "");
        assertTrue(running.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), "Karaf does not stop");
        process = null;
    }

    /** Runs a command in its shell and returns what that prints. */
    String shell(String command) throws Exception {
        return command(
                        List.of("bin/client", "-b", "-a", String.valueOf(sshPort), "-u", "karaf", "-p", "karaf"),
                        command + "\n")
                .replaceAll(ESCAPES, "");
    }

    /** Returns the port of a server, once it listens at one that is wanted. */
    int port(String server, Predicate<Integer> wanted) throws Exception {
        String table = Until.holds("server " + server, this::servers, text -> wanted.test(port(server, text)));
        return port(server, table);
    }

    /** Returns what the command {@code turnout:servers} prints. */
    String servers() throws Exception {
        return shell("turnout:servers");
    }

    /** Returns the port of a server by the table of servers, or -1. */
    static int port(String server, String table) {
        Pattern row = Pattern.compile(
                "^" + Pattern.quote(server) + " .* serving +127\\.0\\.0\\.1:(\\d+)$", Pattern.MULTILINE);
        Matcher found = row.matcher(table);
        return found.find() ? Integer.parseInt(found.group(1)) : -1;
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.redirectError(home.resolve("errors").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().keySet().removeIf(key -> key.startsWith("KARAF_") || key.equals("JAVA_OPTS"));
        return builder;
    }

    private String command(List<String> command, String input) throws Exception {
        Path output = Files.createTempFile(home, "command", ".out");
        Process running = builder(command).redirectOutput(output.toFile()).start();
        try (var in = running.outputWriter()) {
            in.write(input);
        } catch (IOException endedBeforeItRead) {
            assertTrue(running.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS), endedBeforeItRead.toString());
        }
        if (!running.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            running.destroyForcibly();
            throw new AssertionError("does not end: " + command);
        }
        String text = Files.readString(output);
        if (!command.contains("-b")) {
            assertEquals(0, running.exitValue(), () -> command + ": " + text);
        }
        Files.delete(output);
        return text;
    }

    @Override
    public void close() {
        Process running = process;
        if (running != null) {
            running.descendants().forEach(ProcessHandle::destroyForcibly);
            running.destroyForcibly();
        }
    }
}
