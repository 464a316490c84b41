// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Connection;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.File;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that do what no peer should: each costs its own connection, and nothing of it stays. */
class FaultsTest extends TlsCase {

    private static final int FEW_THREADS = 10;
    private static final int EACH_BYTE = 150;

    /** Is more than the cancelled timers that a loop may keep and the buffers that it lends again, and less than the handshakes of each kind. */
    private static final int FEW_OBJECTS = 150;

    private static final long LITTLE = 64 * 1024;
    private static final Pattern COUNTED = Pattern.compile(
            "(?m)^ *\\d+: +(\\d+) +\\d+ +((?:dev\\.turnout|sun\\.security\\.ssl|sun\\.nio\\.ch)\\.\\S+)");

    private final List<RecordingProtocol> begun = new ArrayList<>();

    private InetSocketAddress listen() {
        return listen(
                server(), () -> recorder().onMade(transport -> begun.add((RecordingProtocol) transport.getProtocol())));
    }

    private void send(InetSocketAddress to, byte[] bytes, int count, boolean reset) throws IOException {
        try (SocketChannel channel = SocketChannel.open(to)) {
            if (reset) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            ByteBuffer data = ByteBuffer.wrap(bytes, 0, count);
            while (data.hasRemaining()) {
                channel.write(data);
            }
        }
    }

    private byte[] clientHello(InetSocketAddress to) throws IOException {
        ByteBuffer hello = clientPeer(to).hello();
        byte[] bytes = new byte[hello.remaining()];
        hello.get(bytes);
        return bytes;
    }

    private static int descriptors() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }

    /** Waits until no more are open than before: the last one is closed after its connection was told to have failed. */
    private void awaitDescriptors(int before) {
        loop.until("no more than " + before + " descriptors", () -> descriptors() <= before);
    }

    private int connections() {
        return loop.join(networks.runtime().snapshot(), "a snapshot").connections.length;
    }

    private void servesAsBefore(InetSocketAddress to) throws IOException {
        TlsPeer peer = clientPeer(to).handshake();
        loop.until("the good connection", () -> begun.size() == 1);
        peer.shutdownOutput();
        loop.until("its end", () -> begun.get(0).isLost());
    }

    @Test
    @Spec({"TLS-5", "TLS-11"})
    void aHandshakeThatBreaksOffAfterAnyByteLeavesNothingBehind() throws Exception {
        InetSocketAddress address = listen();
        byte[] hello = clientHello(address);
        send(address, hello, 1, false);
        awaitFailed(1);
        int before = descriptors();

        for (int count = 0; count < hello.length; count++) {
            send(address, hello, count, count % 2 == 0);
        }

        awaitFailed(1 + hello.length);
        awaitDescriptors(before);
        servesAsBefore(address);
    }

    @Test
    @Spec({"TLS-5", "TLS-11"})
    void aHandshakeWhoseLastMessageBreaksOffAfterAnyByteLeavesNothingBehind() throws Exception {
        InetSocketAddress address = listen();
        int length = lastFlight(address, 1);
        awaitFailed(1);
        int before = descriptors();
        int threads = threads();

        for (int count = 0; count < length; count++) {
            lastFlight(address, count);
        }

        awaitFailed(1 + length);
        awaitDescriptors(before);
        assertTrue(threads() <= threads + FEW_THREADS, () -> threads() + " threads, " + threads + " before");
        servesAsBefore(address);
    }

    /** Shakes hands up to so many bytes of the client's last message, and returns how many these are at all. */
    private int lastFlight(InetSocketAddress to, int count) throws IOException {
        try (SocketChannel channel = SocketChannel.open(to)) {
            SSLEngine engine = Keys.trustingOnly(Keys.SERVER).createSSLEngine();
            engine.setUseClientMode(true);
            engine.setEnabledProtocols(new String[] {"TLSv1.3"});
            try (TlsPeer peer = new TlsPeer(channel, engine)) {
                peer.sendRaw(peer.hello());
                byte[] flight = peer.nextFlight();
                peer.sendRaw(ByteBuffer.wrap(flight, 0, count));
                if (count % 2 == 0) {
                    peer.reset();
                } else {
                    peer.truncate();
                }
                return flight.length;
            }
        }
    }

    @Test
    @Spec({"TLS-4", "TLS-11"})
    void aServerThatBreaksOffInTheMiddleFailsTheConnectAndLeavesNothingBehind() throws Exception {
        ServerSocketChannel listener = listener();
        int length = firstFlight(listener, 1, false);
        int before = descriptors();
        int threads = threads();

        // each byte of the first messages, then steps that do not fit the length of any
        for (int count = 0; count < length; count += count < EACH_BYTE ? 1 : 13) {
            firstFlight(listener, count, count % 2 == 0);
        }

        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        while (connections() > 0) {
            assertTrue(System.nanoTime() < deadline, () -> connections() + " connections are left");
            loop.settle();
        }
        awaitDescriptors(before);
        assertTrue(threads() <= threads + FEW_THREADS, () -> threads() + " threads, " + threads + " before");
    }

    /** Answers a client of ours with so many bytes of the server's first messages, and returns how many these are at all. */
    private int firstFlight(ServerSocketChannel listener, int count, boolean reset) throws IOException {
        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), client(), this::recorder);
        try (TlsPeer peer = serverPeer(listener)) {
            byte[] flight = peer.nextFlight();
            // the length differs a little from time to time, as that of a signature does
            peer.sendRaw(ByteBuffer.wrap(flight, 0, Math.min(count, flight.length - 1)));
            if (reset) {
                peer.reset();
            } else {
                peer.truncate();
            }
            failure(IOException.class, connecting);
            return flight.length;
        }
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private void awaitFailed(int count) throws Exception {
        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        while (failedHandshakes() < count || connections() > 1) {
            assertTrue(System.nanoTime() < deadline, () -> failedHandshakes() + " of " + count + " failed");
            loop.settle();
        }
        assertEquals(count, failedHandshakes());
    }

    @Test
    @Spec({"TLS-5", "TLS-7"})
    void garbageInsteadOfAHandshakeHarmsNobody() throws Exception {
        InetSocketAddress address = listen();
        clientHello(address);
        Random random = new Random(42);
        int count = 200;

        for (int i = 0; i < count; i++) {
            byte[] garbage = new byte[random.nextInt(2000)];
            random.nextBytes(garbage);
            send(address, garbage, garbage.length, random.nextBoolean());
        }

        awaitFailed(count);
        assertTrue(begun.isEmpty());
        servesAsBefore(address);
    }

    @Test
    @Spec({"TLS-5", "TLS-44"})
    void aClientHelloWithAnyByteChangedHarmsNobody() throws Exception {
        InetSocketAddress address = listen();
        byte[] hello = clientHello(address);

        for (int i = 0; i < hello.length; i++) {
            byte[] changed = hello.clone();
            changed[i] ^= (byte) 0xFF;
            send(address, changed, changed.length, false);
        }

        awaitFailed(hello.length);
        servesAsBefore(address);
    }

    /** Is of a connection that never gets as far as to need it. */
    private static final class Unserved implements Protocol {}

    @Test
    @Timeout(
            value = 5,
            unit = TimeUnit.MINUTES) // some 2,000 connections, each of which takes a second if the server's backlog
    // was full
    @Spec({"TLS-5", "TLS-11"})
    void noMemoryStaysWithBrokenHandshakes() throws Exception {
        InetSocketAddress address = listen(server(), Unserved::new);
        byte[] hello = clientHello(address);
        int failed = breakHandshakes(address, hello, 4);
        awaitFailed(failed);
        Map<String, Integer> before = instances();
        List<Long> direct = directBuffers();

        failed += breakHandshakes(address, hello, 1);
        awaitFailed(failed);

        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        Map<String, Integer> grown = grown(before);
        List<Long> now = directBuffers();
        while (!(grown.isEmpty() && isNoMore(now, direct)) && System.nanoTime() < deadline) {
            grown = grown(before);
            now = directBuffers();
        }
        assertEquals(Map.of(), grown);
        assertTrue(isNoMore(now, direct), "count and bytes of direct buffers: " + now + ", before " + direct);
    }

    private static boolean isNoMore(List<Long> now, List<Long> before) {
        return now.get(0) <= before.get(0) && now.get(1) <= before.get(1) + LITTLE;
    }

    /** Lets handshakes break in each way at each byte, or at some, and returns how many. */
    private int breakHandshakes(InetSocketAddress to, byte[] hello, int step) throws IOException {
        Random random = new Random(42);
        int count = 0;
        for (int i = 0; i < hello.length; i += step) {
            byte[] garbage = new byte[1 + random.nextInt(2000)];
            random.nextBytes(garbage);
            byte[] changed = hello.clone();
            changed[i] ^= (byte) 0xFF;
            send(to, hello, 0, false);
            send(to, hello, i, random.nextBoolean());
            send(to, garbage, garbage.length, random.nextBoolean());
            send(to, changed, changed.length, random.nextBoolean());
            count += 4;
        }
        return count;
    }

    /** Returns the classes of which there are more objects than before, and how many more. */
    private static Map<String, Integer> grown(Map<String, Integer> before) throws JMException {
        Map<String, Integer> grown = new TreeMap<>(instances());
        grown.replaceAll((name, count) -> count - before.getOrDefault(name, 0));
        grown.values().removeIf(count -> count <= FEW_OBJECTS);
        return grown;
    }

    /** Counts the objects of Turnout and of the JDK's TLS and sockets that are reachable, by class. */
    private static Map<String, Integer> instances() throws JMException {
        Object table = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {null},
                        new String[] {String[].class.getName()});
        Map<String, Integer> counts = new HashMap<>();
        Matcher line = COUNTED.matcher(String.valueOf(table));
        while (line.find()) {
            counts.merge(line.group(2), Integer.valueOf(line.group(1)), Integer::sum);
        }
        assertTrue(counts.containsKey(FaultsTest.class.getName()), () -> "not the expected table: " + table);
        return counts;
    }

    /** Returns how many there are, and how many bytes. */
    private static List<Long> directBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .map(pool -> List.of(pool.getCount(), pool.getTotalCapacity()))
                .findFirst()
                .orElseThrow();
    }
}
