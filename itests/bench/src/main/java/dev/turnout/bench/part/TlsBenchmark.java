// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.part;

import dev.turnout.bench.run.Keys;
import dev.turnout.bench.wire.Contexts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.conscrypt.Conscrypt;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the engines of TLS need for a message, without anything of ours: the least that a message over TLS can cost. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Benchmark)
public class TlsBenchmark {

    private static final int ROOM = 32 * 1024;

    /** The bytes of a message. */
    @Param({"1024", "16384"})
    public int size;

    /** Whose engine wraps and unwraps; the one at the other end, which is measured too, is the JDK's. */
    @Param({"jdk", "conscrypt"})
    public String provider = "";

    private final ByteBuffer clear = ByteBuffer.allocateDirect(ROOM);
    private final ByteBuffer secret = ByteBuffer.allocateDirect(ROOM);
    private final ByteBuffer back = ByteBuffer.allocateDirect(ROOM);

    @SuppressWarnings("NullAway.Init") // connect comes first
    private SSLEngine server;

    @SuppressWarnings("NullAway.Init")
    private SSLEngine client;

    /** Makes a key pair and shakes hands. */
    @Setup
    public void connect() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("turnout-bench");
        Path keys = Keys.file(Path.of(System.getProperty("java.home")), folder);
        server = Contexts.server(keys, provider.equals("jdk") ? null : Conscrypt.newProvider())
                .createSSLEngine();
        Files.delete(keys);
        Files.delete(folder);
        server.setUseClientMode(false);
        client = Contexts.client(new AtomicLong()).createSSLEngine();
        client.setUseClientMode(true);
        client.setEnabledCipherSuites(new String[] {Contexts.SUITE});
        client.beginHandshake();
        server.beginHandshake();
        ByteBuffer toServer = ByteBuffer.allocateDirect(ROOM);
        ByteBuffer toClient = ByteBuffer.allocateDirect(ROOM);
        while (shaking(client) || shaking(server) || toClient.position() > 0) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        if (thereAndBack() != size) {
            throw new IOException("the engines are out of step");
        }
    }

    private static boolean shaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    /** Does what an engine needs next; what came from the other one and is not used yet stays. */
    private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> runTasks(engine);
            case NEED_WRAP -> engine.wrap(clear.clear().limit(0), out);
            default -> {
                engine.unwrap(in.flip(), back.clear());
                in.compact();
            }
        }
    }

    private static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** A message to the server and back: wrapped and unwrapped twice. */
    @Benchmark
    public int thereAndBack() throws SSLException {
        move(client, server);
        return move(server, client);
    }

    /** Moves a message in as many records as the engine makes of it; a ticket of the session may come between. */
    private int move(SSLEngine from, SSLEngine to) throws SSLException {
        int moved = 0;
        clear.clear().limit(size);
        while (clear.hasRemaining()) {
            from.wrap(clear, secret.clear());
            moved += to.unwrap(secret.flip(), back.clear()).bytesProduced();
        }
        return moved;
    }
}
