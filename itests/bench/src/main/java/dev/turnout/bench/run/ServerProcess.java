// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import dev.turnout.bench.peer.Peer;
import dev.turnout.bench.server.Address;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A server's process, which listens when the constructor returns. */
public final class ServerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private static final String LISTENING = "listening ";
    private static final String UNAVAILABLE = "unavailable ";

    private final Peer peer;
    private final Child child;
    private final SocketAddress address;
    private final Path socket;

    /**
     * Starts it.
     *
     * @param kind what it is to serve or do
     * @throws AbsentException if it cannot run here, with the reason
     */
    public ServerProcess(Peer peer, String kind, Launch launch, Path logs) throws IOException, InterruptedException {
        this.peer = peer;
        socket = logs.resolve(peer.name() + ".sock");
        Files.deleteIfExists(socket);
        String where = switch (kind) {
            case "unix" -> "unix:" + socket;
            case "tls" -> "tls:" + Keys.file(launch.java(), logs);
            default -> kind;
        };
        child = new Child(
                peer.name(),
                Cores.pinned(launch.cores().server(), peer.command(launch, where)),
                logs.resolve(peer.name() + ".log"));
        try {
            String said = child.line(START);
            if (said.startsWith(UNAVAILABLE)) {
                throw new AbsentException(said.substring(UNAVAILABLE.length()));
            }
            if (!said.startsWith(LISTENING)) {
                throw new IOException(peer.name() + " said: " + said);
            }
            address = Address.parse(said.substring(LISTENING.length()));
        } catch (IOException | InterruptedException e) {
            child.close();
            throw e;
        }
    }

    /** Returns whose server it is. */
    public Peer peer() {
        return peer;
    }

    /** Returns where it listens. */
    public SocketAddress address() {
        return address;
    }

    /** Returns the process's number. */
    public long pid() {
        return child.pid();
    }

    /** Returns the processor time it took so far. */
    public Cpu cpu() throws IOException {
        return Cpu.of(pid());
    }

    /** Returns what the server counts itself: of a JVM, allocated bytes and garbage collections; of others, nothing. */
    public Map<String, Double> counts() throws IOException, InterruptedException {
        return Lines.numbers(child.ask("stats", ANSWER));
    }

    /** Has the server collect its garbage, if it can, and returns its counts. */
    public Map<String, Double> collect() throws IOException, InterruptedException {
        return Lines.numbers(child.ask("collect", ANSWER));
    }

    /** Has a process that serves nobody do its work for so many seconds, and returns what came of it. */
    public Map<String, Double> work(double seconds) throws IOException, InterruptedException {
        String said = child.ask("work " + seconds, START.plusSeconds((long) seconds));
        String error = Lines.text(said, "error");
        if (!error.isEmpty()) {
            throw new IOException(error);
        }
        return Lines.numbers(said);
    }

    @Override
    public void close() {
        child.close();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            // lies in a temporary folder
        }
    }

    /** Says why a server cannot run here. */
    public static final class AbsentException extends IOException {
        AbsentException(String reason) {
            super(reason);
        }
    }
}
