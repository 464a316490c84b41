// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerificationTest {

    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void acceptsWhatComesBackAsItWas() throws Exception {
        serve(bytes -> bytes);

        String result = run(1000, 3);

        assertTrue(result.contains("\"errors\":0,"), result);
    }

    @Test
    void findsOneWrongByte() throws Exception {
        serve(bytes -> bytes.put(bytes.limit() - 1, (byte) ~bytes.get(bytes.limit() - 1)));

        String result = run(1000, 3);

        assertTrue(result.contains("other bytes came back"), result);
    }

    @Test
    void findsAnAnswerThatIsTheMessageBefore() throws Exception {
        Deque<ByteBuffer> answers = new ArrayDeque<>();
        serve(bytes -> {
            answers.add(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
            return answers.size() == 1 ? answers.getFirst().duplicate() : answers.remove();
        });

        String result = run(1000, 1);

        assertTrue(result.contains("other bytes came back"), result);
    }

    @Test
    void findsTheEndOfAConnection() throws Exception {
        serve(bytes -> {
            throw new IllegalStateException("ends");
        });

        String result = run(1000, 1);

        assertTrue(result.contains("closed a connection") || result.contains("reset"), result);
    }

    @Test
    void sendsAtTheRateThatWasOrdered() throws Exception {
        serve(bytes -> bytes);

        Tally tally = new Tally();
        try (EchoLoad load = new EchoLoad(new Order("echo", address(), 100, 1, 1, 0.2, 1000), tally)) {
            load.run(new Load.Alone());
        }

        assertTrue(tally.json().contains("\"total\":200,"), tally.json());
        assertEquals(0, tally.errors());
    }

    private String run(int size, int depth) throws IOException {
        Tally tally = new Tally();
        try (EchoLoad load = new EchoLoad(new Order("echo", address(), size, 1, depth, 0.2, 0), tally)) {
            load.run(new Load.Alone());
        }
        return tally.json();
    }

    private SocketAddress address() throws IOException {
        return listener.getLocalAddress();
    }

    private void serve(UnaryOperator<ByteBuffer> answer) {
        Thread thread = new Thread(
                () -> {
                    try (SocketChannel channel = listener.accept()) {
                        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
                        while (channel.read(buffer) >= 0) {
                            ByteBuffer bytes = answer.apply(buffer.flip());
                            while (bytes.hasRemaining()) {
                                channel.write(bytes);
                            }
                            buffer.clear();
                        }
                    } catch (IOException | IllegalStateException e) {
                        // the load generator has seen it
                    }
                },
                "server");
        thread.setDaemon(true);
        thread.start();
    }
}
