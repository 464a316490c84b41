// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Peers that do what no peer should: each costs its own connection, and nothing of it stays. */
class FaultsTest extends TlsCase {

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
        assertEquals(before, descriptors());
        servesAsBefore(address);
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
}
