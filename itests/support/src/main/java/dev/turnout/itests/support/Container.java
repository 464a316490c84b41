// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Is the packaged Felix container as a process of its own, with its own folders and with ports that the system chooses.
 *
 * <p>Nothing of it outlives {@link #close()}: neither the process nor the folders. Every wait ends after {@link Await#PATIENCE}, with all that it said.
 */
public final class Container implements AutoCloseable {

    /** Where the packaged container is, as the build says. */
    public static final Path HOME =
            Path.of(property("turnout.home")).toAbsolutePath().normalize();

    private static final long DEADLINE_SECONDS = Await.PATIENCE.toSeconds();
    private static final Pattern SERVED = Pattern.compile("  (\\S+) +(\\S+) +try: .*");

    private final Path folder;
    private final List<String> lines = new ArrayList<>();
    private @Nullable Process process;
    private @Nullable Thread reader;
    private boolean silent;

    private Container(Path folder) {
        this.folder = folder;
    }

    /** Makes folders with the configurations of the distribution; no process runs yet. */
    public static Container prepare() throws IOException {
        Container container = new Container(Files.createTempDirectory("turnout"));
        Files.createDirectory(container.load());
        Files.createDirectory(container.etc());
        try (Stream<Path> files = Files.list(HOME.resolve("etc"))) {
            for (Path file : files.toList()) {
                Files.copy(file, container.etc().resolve(file.getFileName()));
            }
        }
        return container;
    }

    /** Starts a container and returns when it says that it serves. */
    public static Container start() throws Exception {
        Container container = prepare();
        try {
            container.launch(List.of());
            container.awaitServing();
        } catch (Exception | AssertionError e) {
            container.close();
            throw e;
        }
        return container;
    }

    /** Starts the process, without waiting for what it does. */
    public void launch(List<String> javaOptions, String... options) throws IOException {
        launchWith(Path.of(System.getProperty("java.home")), javaOptions, options);
    }

    /** Starts the process with a Java of its own. */
    public void launchWith(Path java, List<String> javaOptions, String... options) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(HOME.resolve("bin/turnout").toString()));
        command.addAll(List.of("--etc", etc().toString(), "--load", load().toString(), "--data", data().toString()));
        command.addAll(List.of("--echo-port", "0", "--line-port", "0", "--udp-port", "0", "--tls-port", "0"));
        command.addAll(List.of(options)); // the last one counts
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", java.toString());
        builder.environment().put("JAVA_OPTS", String.join(" ", javaOptions));
        builder.environment().remove("JAVA_TOOL_OPTIONS"); // would be a line of its own
        Process started = builder.start();
        process = started;
        started.getOutputStream().close();
        Thread reading = new Thread(() -> read(started), "container-output");
        reader = reading;
        reading.setDaemon(true);
        reading.start();
    }

    private Process process() {
        return Objects.requireNonNull(process, "the container was not started");
    }

    private void read(Process started) {
        try (BufferedReader output = started.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("its output cannot be read: " + e); // as after a kill
        } finally {
            synchronized (lines) {
                silent = true;
                lines.notifyAll();
            }
        }
    }

    private void add(String line) {
        synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
        }
    }

    /** Returns all that the process has said. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits for a line; fails if the process ends without it. */
    public String awaitLine(String what, Predicate<String> condition) throws InterruptedException {
        return awaitLine(what, 0, condition);
    }

    /** Waits for a line after so many others. */
    public String awaitLine(String what, int after, Predicate<String> condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        synchronized (lines) {
            int next = after;
            while (true) {
                for (; next < lines.size(); next++) {
                    if (condition.test(lines.get(next))) {
                        return lines.get(next);
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (silent || left <= 0) {
                    throw new AssertionError("the container did not say " + what + "; it said " + lines);
                }
                lines.wait(left);
            }
        }
    }

    /** Waits for the end of what it says when it has begun to serve. */
    public void awaitServing() throws InterruptedException {
        awaitLine("that it serves", line -> line.startsWith("Stop with "));
    }

    /** Returns where a server listens that was there at the start, such as {@code tcp://127.0.0.1:40321}. */
    public String address(String server) {
        return lines().stream()
                .map(SERVED::matcher)
                .filter(Matcher::matches)
                .filter(line -> line.group(1).equals(server))
                .map(line -> line.group(2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("server " + server + " is not served: " + lines()));
    }

    /** Returns the file of a bundle that the distribution has. */
    public static Path bundle(String symbolicName) throws IOException {
        try (Stream<Path> files = Files.walk(HOME.resolve("bundle"))) {
            return files.filter(file -> file.getFileName().toString().matches(Pattern.quote(symbolicName) + "-\\d.*"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no bundle " + symbolicName + " in " + HOME));
        }
    }

    /** Returns the port of a server that was there at the start. */
    public int port(String server) {
        String address = address(server);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** Returns the path of a unix socket that was there at the start. */
    public Path socket(String server) {
        String address = address(server);
        return Path.of(address.substring(address.indexOf(':') + 1));
    }

    /** Returns the folder of configurations. */
    public Path etc() {
        return folder.resolve("etc");
    }

    /** Returns the folder of caches and unix sockets. */
    public Path data() {
        return folder.resolve("data");
    }

    /** Returns the folder of bundles that are loaded while it runs. */
    public Path load() {
        return folder.resolve("load");
    }

    /** Returns the file of a configured server. */
    public Path file(String server) {
        return etc().resolve("dev.turnout.server~" + server + ".cfg");
    }

    /** Creates or changes the file of a server, at once as a whole. */
    public void configure(String server, String... properties) throws IOException {
        Path whole = folder.resolve("next.cfg");
        Files.write(whole, List.of(properties));
        Files.move(whole, file(server), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes the file of a server. */
    public void unconfigure(String server) throws IOException {
        Files.delete(file(server));
    }

    /** Loads a bundle, or replaces the one of this name, at once as a whole. */
    public void load(Path bundle, String name) throws IOException {
        Path whole = Files.copy(bundle, folder.resolve("next.bundle"));
        Files.move(whole, load().resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns a port that nobody uses now. */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Returns the number of the process. */
    public long pid() {
        return process().pid();
    }

    public boolean isAlive() {
        return process().isAlive();
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process().destroy();
    }

    /** Waits for the process to end and for its last line, and returns its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process().waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the container did not end; it said " + lines());
        }
        Objects.requireNonNull(reader).join(TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
        return process().exitValue();
    }

    /** Kills the process if it still runs, and deletes the folders. */
    @Override
    public void close() throws IOException {
        Process started = process;
        if (started != null) {
            started.destroyForcibly()
                    .onExit()
                    .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Container::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a system property that the build sets. */
    public static String property(String name) {
        return Objects.requireNonNull(System.getProperty(name), () -> "system property " + name + ", set by the build");
    }
}
