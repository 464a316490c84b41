// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.DatagramPeer;
import dev.turnout.testkit.contract.OpenLog;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer that sends without end costs: nothing but its own datagrams. */
class UdpFloodTest {

    private static final InetAddress HERE = UdpFixture.loopback(StandardProtocolFamily.INET);
    private static final int ROUND = 200;

    private final LoopThread loop = new LoopThread(EventLoops.newEventLoop("flood", SelectorProvider.provider()));
    private final List<DatagramTransport> transports = new ArrayList<>();
    private final DatagramPeer flooder = new DatagramPeer(HERE);
    private final DatagramPeer quiet = new DatagramPeer(HERE);

    private static final class Echo implements DatagramProtocol {

        final AtomicLong received = new AtomicLong();
        private @Nullable DatagramTransport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            received.incrementAndGet();
            if (transport != null) {
                transport.sendto(data, sender);
            }
        }
    }

    @BeforeEach
    void withoutDebugMode() {
        loop.run(in -> in.setDebug(false));
    }

    @AfterEach
    void closeEverything() {
        flooder.close();
        quiet.close();
        loop.run(in -> transports.forEach(DatagramTransport::abort));
        loop.settle();
        loop.close();
    }

    private InetSocketAddress open(DatagramProtocol protocol, @Nullable SocketAddress remote, String... options) {
        Map<String, String> texts = options.length == 0 ? Map.of() : Map.of(options[0], options[1]);
        DatagramTransport transport = loop.await(() -> new UdpProvider()
                        .openDatagram(new DatagramRequest(
                                loop.loop(),
                                new InetSocketAddress(HERE, 0),
                                remote,
                                DatagramOptions.DEFAULTS.with(texts),
                                () -> protocol,
                                new OpenLog())))
                .transport();
        transports.add(transport);
        return (InetSocketAddress)
                loop.call(() -> transport.getExtraInfo(ExtraInfo.SOCKNAME).orElseThrow());
    }

    /** Sends so many datagrams, a few at a time, so that the kernel drops none. */
    private void send(DatagramPeer from, InetSocketAddress to, Echo protocol, int count) throws Exception {
        byte[] bytes = new byte[32];
        long deadline = System.nanoTime() + LoopThread.DEADLINE.toNanos();
        for (int sent = 0; sent < count; sent += 10) {
            long before = protocol.received.get();
            for (int i = 0; i < 10; i++) {
                from.send(bytes, to);
            }
            while (protocol.received.get() < before + 10) {
                assertTrue(System.nanoTime() < deadline, "a datagram is missing");
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void allocatesNothingForDatagramsOfTheSameSender() throws Exception {
        Assumptions.assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "counts allocations as HotSpot does");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = loop.thread().getId();
        for (boolean connected : new boolean[] {false, true}) {
            Echo protocol = new Echo();
            InetSocketAddress at = open(protocol, connected ? flooder.address() : null);
            long best = Long.MAX_VALUE;

            for (int attempt = 0; attempt < 20 && best > 0; attempt++) {
                send(flooder, at, protocol, ROUND);
                long before = threads.getThreadAllocatedBytes(id);
                send(flooder, at, protocol, ROUND);
                best = Math.min(best, (threads.getThreadAllocatedBytes(id) - before) / ROUND);
            }

            assertTrue(best < 8, "bytes allocated for each datagram: " + best);
        }
    }

    @Test
    @Spec("DGRAM-31")
    void aFloodLeavesItsNeighboursTheirTurn() throws Exception {
        Echo flooded = new Echo();
        InetSocketAddress at = open(flooded, null, "receive.batch", "64");
        InetSocketAddress neighbour = open(new Echo(), null);
        AtomicBoolean over = new AtomicBoolean();
        Thread flood = new Thread(() -> {
            byte[] bytes = new byte[1000];
            while (!over.get()) {
                try {
                    flooder.send(bytes, at);
                } catch (IOException e) {
                    return; // as at the end
                }
            }
        });

        flood.start();
        try {
            loop.until("the flood", () -> flooded.received.get() > 0);
            for (int i = 0; i < 100; i++) {
                String text = "turn " + i;
                quiet.send(text.getBytes(StandardCharsets.US_ASCII), neighbour);
                assertEquals(text, quiet.receiveText());
            }
        } finally {
            over.set(true);
            flood.join();
        }
    }
}
