// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.turnout.bench.server.Address;
import dev.turnout.bench.server.TurnoutServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AllocationTest {

    private static final int MESSAGES = 20_000;

    @TempDir
    Path folder;

    @Test
    void echoOnAnEstablishedTcpConnectionAllocatesNothingPerMessage() throws Exception {
        assertNothingIsAllocated("tcp");
    }

    @Test
    void echoOnAnEstablishedUnixConnectionAllocatesNothingPerMessage() throws Exception {
        assertNothingIsAllocated("unix:" + folder.resolve("echo.sock"));
    }

    /** Of one peer, as the JDK keeps the address of only the last sender. */
    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES) // a lost datagram
    void echoOfDatagramsOfOnePeerAllocatesNothingPerMessage() throws Exception {
        assertNothingIsAllocated("udp");
    }

    private static void assertNothingIsAllocated(String address) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (TurnoutServer server = new TurnoutServer(address);
                Client client = new Client(open(address, server.address()))) {
            long loop = server.thread().getId();
            client.send();

            long before = threads.getThreadAllocatedBytes(loop);
            client.send();
            long allocated = threads.getThreadAllocatedBytes(loop) - before;

            assertEquals(0, allocated / MESSAGES, () -> allocated + " bytes for " + MESSAGES + " messages");
        }
    }

    private static ByteChannel open(String where, SocketAddress address) throws IOException {
        return Address.kind(where).equals("udp")
                ? DatagramChannel.open().connect(address)
                : SocketChannel.open(address);
    }

    /** Sends one message at a time over a blocking channel and checks that the same bytes come back. */
    private static final class Client implements AutoCloseable {

        private final ByteChannel channel;
        private final ByteBuffer message = ByteBuffer.allocateDirect(1024);
        private final ByteBuffer answer = ByteBuffer.allocateDirect(1024);

        Client(ByteChannel channel) {
            this.channel = channel;
            while (message.hasRemaining()) {
                message.put((byte) message.position());
            }
        }

        void send() throws IOException {
            for (int i = 0; i < MESSAGES; i++) {
                message.rewind();
                while (message.hasRemaining()) {
                    channel.write(message);
                }
                answer.clear();
                while (answer.hasRemaining()) {
                    if (channel.read(answer) < 0) {
                        throw new IOException("the server closed the connection");
                    }
                }
                assertEquals(-1, answer.flip().mismatch(message.rewind()));
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
