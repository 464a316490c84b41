// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.osgi.framework.BundleException;

/**
 * Starts the container, says what it serves and stays until it stops.
 *
 * <p>Exit status: 0 after a stop by signal or shell, 1 if the machine does not allow the start, 2 for a wrong command line.
 */
public final class Main {

    private static final long STARTUP_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LEAST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long QUESTION_MILLIS = 50;

    /** What Turnout logs; held here, as a level is forgotten with its logger. */
    private static final Logger LOG = Logger.getLogger("dev.turnout");

    private final Path home;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile int status;

    private Main(Path home) {
        this.home = home;
    }

    /** Runs the container of the folder that system property {@code turnout.home} names. */
    public static void main(String[] arguments) throws InterruptedException {
        // one line per event, before anything logs
        if (System.getProperty("java.util.logging.config.file") == null) {
            System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT %4$s %5$s%6$s%n");
        }
        Path home = Path.of(System.getProperty("turnout.home", ".")).toAbsolutePath();
        System.exit(new Main(home).run(arguments));
    }

    private int run(String... arguments) throws InterruptedException {
        try {
            CommandLine line = CommandLine.parse(Arrays.asList(arguments), home);
            if (line.help()) {
                System.out.printf(CommandLine.USAGE, System.getProperty("turnout.command", "turnout"), home);
                return status;
            }
            serve(line);
        } catch (StartException e) {
            System.err.println("turnout: " + e.getMessage());
            status = e.status;
        } catch (IOException | BundleException e) {
            System.err.println("turnout: cannot start: " + e.getMessage());
            status = StartException.FAILED;
        }
        return status;
    }

    private void serve(CommandLine line) throws StartException, IOException, BundleException, InterruptedException {
        Preflight.readable(line.etc(), "--etc");
        Preflight.readable(line.load(), "--load");
        Preflight.own(line.data());
        List<ServerFile> servers = ServerFile.in(line.etc(), Container.variables(line));
        Preflight.free(servers);
        KeyMaker keys = new KeyMaker(line.data());
        String noKeys = servers.stream().anyMatch(ServerFile::isSecured) ? keys.makeIfNeeded() : null;

        long began = System.nanoTime();
        Container container = new Container(home, line);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(container), "turnout-stop"));
        // while it starts and stops, its steps are no news
        LOG.setLevel(Level.WARNING);
        try {
            container.start(home.resolve("bundle"));
        } finally {
            started.countDown();
        }
        NetworkPicture picture = awaitServers(container, servers, began);
        if (stopping) {
            container.waitForStop(0);
            return;
        }
        Set<String> own = keys.contexts(line.etc(), Container.variables(line));
        Map<String, Path> certificates = servers.stream()
                .filter(server -> own.contains(server.context()))
                .collect(Collectors.toMap(ServerFile::name, server -> keys.certificate(), (one, same) -> one));
        System.out.print(Announcement.of(line, picture.and(servers), certificates));
        if (noKeys != null) {
            System.err.println("turnout: " + noKeys);
        }
        System.out.flush();
        LOG.setLevel(Level.INFO);
        if (line.shell()) {
            container.startShell();
        }
        container.waitForStop(0);
    }

    /**
     * Waits until the network has opened or refused each server, and not for ever. What a refused one lacks may be about to come, such as a TLS context
     * whose files are being read: it is given as long again as the start has taken, which is longer on a slow machine.
     */
    private static NetworkPicture awaitServers(Container container, List<ServerFile> servers, long began)
            throws InterruptedException {
        boolean known = false;
        long deadline = System.nanoTime() + STARTUP_NANOS;
        NetworkPicture picture = NetworkPicture.take(container.context());
        while (!picture.serves(servers) && System.nanoTime() < deadline) {
            if (!known && picture.knows(servers)) {
                known = true;
                long now = System.nanoTime();
                deadline = Math.min(deadline, now + Math.max(LEAST_PATIENCE_NANOS, now - began));
            }
            if (container.waitForStop(QUESTION_MILLIS)) {
                return picture;
            }
            picture = NetworkPicture.take(container.context());
        }
        return picture;
    }

    /** Ends the process with its own status: a signal's would be 143 after an orderly stop, too. Bundles that are about to start do so first. */
    private void stop(Container container) {
        LOG.setLevel(Level.WARNING);
        stopping = true;
        try {
            started.await();
            if (!container.stop()) {
                System.err.println("turnout: bundles did not stop in time");
                status = StartException.FAILED;
            }
        } catch (BundleException | InterruptedException e) {
            System.err.println("turnout: cannot stop: " + e.getMessage());
            status = StartException.FAILED;
        }
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }
}
