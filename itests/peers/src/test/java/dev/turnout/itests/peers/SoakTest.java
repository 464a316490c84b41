// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.TlsOptions;
import dev.turnout.itests.support.Await;
import dev.turnout.testkit.RecordingProtocol;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Many short TLS connections, one in ten with a broken handshake: heap, threads and descriptors are flat. How many is a property of the build; the
 * profile {@code soak} makes them 100,000.
 */
class SoakTest extends PeerCase {

    private static final int AT_ONCE = 16;
    private static final int BROKEN_EVERY = 10;
    private static final long HEAP_SLACK = 8L << 20;
    private static final byte[] MESSAGE = "hello\n".getBytes(StandardCharsets.US_ASCII);

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private Echo server;
    private TlsOptions tls;

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void shortConnectionsLeaveNothingBehind() throws Exception {
        int total = Integer.getInteger("soak.connections", 1000);
        server = serveEcho(serverTls());
        tls = clientTls();
        run(total / 4); // classes are loaded, pools are filled, code is compiled
        Picture before = Picture.take();

        long began = System.nanoTime();
        int broken = run(total);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        Picture after = Picture.take();
        System.out.printf(
                Locale.ROOT,
                "soak: %d TLS connections in %d ms, %d of them broken; before %s, after %s%n",
                total,
                millis,
                broken,
                before,
                after);
        assertEquals(0, failures.get());
        assertEquals(total + total / 4, answered.get() + failedHandshakes());
        assertTrue(after.threads <= before.threads, () -> before + " " + after);
        assertTrue(after.descriptors <= before.descriptors + 2, () -> before + " " + after);
        assertTrue(after.heap <= before.heap + HEAP_SLACK, () -> before + " " + after);
    }

    /** Opens so many connections and returns how many of them had a broken handshake. */
    private int run(int total) throws Exception {
        Semaphore room = new Semaphore(AT_ONCE);
        Random random = new Random(total);
        long failedBefore = failedHandshakes();
        int broken = 0;
        for (int i = 0; i < total; i++) {
            room.acquire();
            if (i % BROKEN_EVERY == 0) {
                broken++;
                breakHandshake(random);
                room.release();
            } else {
                connectOnce(room);
            }
        }
        assertTrue(room.tryAcquire(AT_ONCE, 30, TimeUnit.SECONDS), "connections are stuck");
        long expected = failedBefore + broken;
        Await.until("the broken handshakes to be noticed", () -> failedHandshakes() == expected);
        Await.until("all connections to be over", () -> openConnections() == 0);
        server.accepted().clear();
        return broken;
    }

    private void connectOnce(Semaphore room) {
        RecordingProtocol protocol = new RecordingProtocol();
        protocol.onMade(transport -> transport.write(MESSAGE.clone()))
                .onData(data -> {
                    answered.incrementAndGet();
                    protocol.transport().close();
                })
                .onLost(recorder -> room.release());
        connecting(server.port(), tls, protocol).whenComplete((connection, failure) -> {
            if (failure != null) {
                failures.incrementAndGet();
                room.release();
            }
        });
    }

    /** Sends some bytes that are no handshake, or only the beginning of one, and goes away. */
    private void breakHandshake(Random random) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            byte[] bytes = new byte[1 + random.nextInt(200)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                System.arraycopy(new byte[] {22, 3, 1, 2, 0}, 0, bytes, 0, Math.min(5, bytes.length));
            }
            socket.getOutputStream().write(bytes);
        }
    }

    private record Picture(long heap, int threads, int descriptors) {

        static Picture take() throws Exception {
            long heap = Long.MAX_VALUE;
            for (int i = 0; i < 4; i++) {
                System.gc();
                heap = Math.min(
                        heap,
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            String[] open = new File("/proc/self/fd").list();
            return new Picture(
                    heap, ManagementFactory.getThreadMXBean().getThreadCount(), open == null ? 0 : open.length);
        }

        @Override
        public String toString() {
            return heap / 1024 + " KiB of heap, " + threads + " threads, " + descriptors + " descriptors";
        }
    }
}
