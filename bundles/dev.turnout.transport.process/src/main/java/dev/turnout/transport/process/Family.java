// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Knows the children of one provider, and finds their descendants, to end them with it.
 *
 * <p>A descendant whose parent has ended belongs to nobody that the system would name. So every child gets a variable in its environment that its
 * descendants inherit, and Linux shows the environment of processes; one that clears its environment is not found. On other systems only descendants whose
 * line of parents still lives are. Any thread.
 */
final class Family {

    /** Names the variable. */
    static final String MARK = "TURNOUT_CHILD";

    private static final System.Logger LOG = Logs.of(Family.class.getName());
    private static final int MOST_ROUNDS = 10;

    /** How long to wait for processes that are between two programs. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(2);

    /** Stands for the environment of a process that has just become another program, which Linux shows empty for a moment. */
    private static final String UNKNOWN = "unknown";

    private final Path processes;
    private final Duration patience;
    private final String name = UUID.randomUUID().toString();
    /** When this process started, as the system tells it of others too. */
    private final Instant begun = ProcessHandle.current().info().startInstant().orElse(Instant.EPOCH);

    /** Processes that showed no environment for longer than a program takes to be loaded, and so have none. */
    private final Set<Long> withoutEnvironment = ConcurrentHashMap.newKeySet();

    private final AtomicLong count = new AtomicLong();
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private final Set<String> doomed = ConcurrentHashMap.newKeySet();
    private boolean sweeping;
    private boolean ended;

    Family() {
        this(Path.of("/proc"), PATIENCE);
    }

    /** Looks for processes in a folder like Linux's {@code /proc}, and waits so long for those that are between two programs. */
    Family(Path processes, Duration patience) {
        this.processes = processes;
        this.patience = patience;
    }

    /** Returns the variable that this process has itself, so that its own parent finds its children too. */
    static String inherited() {
        return System.getenv().getOrDefault(MARK, "");
    }

    /** Returns a new value of the variable. */
    String newMark() {
        return name + "-" + count.incrementAndGet() + ".";
    }

    /** Makes a child known until it ends, which {@code exit} tells; one that comes too late is killed. */
    void add(Process child, CompletionStage<Process> exit, String mark) {
        running.add(child);
        exit.thenRun(() -> running.remove(child));
        boolean late;
        synchronized (this) {
            late = ended;
        }
        if (late) {
            end(child, mark);
        }
    }

    /** Kills a child, and what has come of it in the background. */
    void end(Process child, String mark) {
        if (!Files.isDirectory(processes.resolve("self"))) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
        }
        child.destroyForcibly();
        doomed.add(mark);
        synchronized (this) {
            if (sweeping) {
                return;
            }
            sweeping = true;
        }
        try {
            HelperThreads.daemon("turnout-process-sweeper", this::sweepDoomed).start();
        } catch (Throwable noThread) {
            sweepsNoMore();
            throw noThread;
        }
    }

    private void sweepDoomed() {
        boolean more = true;
        try {
            while (more) {
                Set<String> now = Set.copyOf(doomed);
                sweep(environment -> doomed.stream().anyMatch(environment::contains));
                doomed.removeAll(now);
                synchronized (this) {
                    more = !doomed.isEmpty();
                    sweeping = more;
                }
            }
        } catch (Throwable failure) {
            sweepsNoMore();
            throw failure;
        }
    }

    /** Lets the next end of a child sweep for what this sweep has left too. */
    private synchronized void sweepsNoMore() {
        sweeping = false;
    }

    /** Kills all children and all their descendants, and returns when the system has been told. */
    void endAll() {
        synchronized (this) {
            ended = true;
        }
        for (Process child : running) {
            if (!Files.isDirectory(processes.resolve("self"))) {
                child.descendants().forEach(ProcessHandle::destroyForcibly);
            }
            child.destroyForcibly();
        }
        sweep(environment -> environment.contains(name));
    }

    /**
     * Kills processes by their environment, again and again until none is left: they may have been making more of them. One that is between two programs
     * is waited for.
     */
    private void sweep(Predicate<String> marked) {
        long begin = System.nanoTime();
        int rounds = 0;
        boolean more = true;
        while (more) {
            Set<Long> unknown = new HashSet<>();
            boolean killed = killOnce(marked, unknown);
            if (!unknown.isEmpty() && System.nanoTime() - begin < patience.toNanos()) {
                LockSupport.parkNanos(PAUSE.toNanos());
            } else {
                withoutEnvironment.addAll(unknown);
                more = killed && ++rounds < MOST_ROUNDS;
            }
        }
    }

    /** Kills what is marked, and notes what does not show yet whether it is; tells whether anything was killed. */
    private boolean killOnce(Predicate<String> marked, Set<Long> unknown) {
        boolean killed = false;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path process : all) {
                String environment = environment(process);
                long pid = Long.parseLong(process.getFileName().toString());
                if (marked.test(environment)) {
                    killed |= kill(pid);
                } else if (environment.equals(UNKNOWN) && isYounger(pid) && !withoutEnvironment.contains(pid)) {
                    unknown.add(pid);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(Level.DEBUG, "processes cannot be listed", e);
        }
        return killed;
    }

    /** Tells whether a process has started after this one, and so may be a descendant. */
    private boolean isYounger(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .filter(begun::isBefore)
                .isPresent();
    }

    private static String environment(Path process) {
        try {
            String all = new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1);
            if (all.isEmpty()) {
                Files.readSymbolicLink(process.resolve("exe")); // which only processes that run a program have
                return UNKNOWN;
            }
            int start = all.startsWith(MARK + "=") ? 0 : all.indexOf('\0' + MARK + "=");
            return start < 0 ? "" : all.substring(start, Math.max(start, all.indexOf('\0', start + 1)));
        } catch (IOException e) {
            return ""; // it has ended, or is somebody else's
        }
    }

    private static boolean kill(long pid) {
        return pid != ProcessHandle.current().pid()
                && ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
    }
}
