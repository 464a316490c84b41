// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.bench.run.Lines;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatagramLoadTest {

    private DatagramChannel socket;

    @BeforeEach
    void listen() throws IOException {
        socket = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    @Test
    void acceptsWhatComesBackAsItWas() throws Exception {
        serve(number -> 1, false);

        String result = run(0.2);

        assertTrue(result.contains("\"errors\":0,"), result);
    }

    @Test
    void sendsALostDatagramAgainAndCountsIt() throws Exception {
        serve(number -> number == 0 ? 0 : 1, false);

        String result = run(0.5);

        assertTrue(result.contains("\"errors\":0,"), result);
        // more than one if the answer is late
        assertTrue(Lines.numbers(result).get("lost") >= 1, result);
    }

    @Test
    void findsOneWrongByte() throws Exception {
        serve(number -> 1, true);

        String result = run(0.2);

        assertTrue(result.contains("another datagram came back"), result);
    }

    @Test
    void findsAnAnswerThatComesTwice() throws Exception {
        serve(number -> 2, false);

        String result = run(30); // it ends with the first error

        assertTrue(result.contains("another datagram came back"), result);
    }

    private String run(double seconds) throws IOException {
        Tally tally = new Tally();
        try (DatagramLoad load =
                new DatagramLoad(new Order("udp", socket.getLocalAddress(), 500, 1, 1, seconds, 0), tally)) {
            load.run(new Load.Alone());
        } catch (IOException e) {
            tally.error(String.valueOf(e.getMessage()));
        }
        return tally.json();
    }

    /** Answers each datagram so many times. */
    private void serve(IntUnaryOperator times, boolean wrong) {
        AtomicInteger number = new AtomicInteger();
        Thread thread = new Thread(
                () -> {
                    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
                    try {
                        while (true) {
                            SocketAddress sender = socket.receive(buffer.clear());
                            buffer.flip();
                            if (wrong) {
                                buffer.put(7, (byte) ~buffer.get(7));
                            }
                            for (int i = times.applyAsInt(number.getAndIncrement()); i > 0; i--) {
                                socket.send(buffer.rewind(), sender);
                            }
                        }
                    } catch (IOException e) {
                        // the test is over
                    }
                },
                "server");
        thread.setDaemon(true);
        thread.start();
    }
}
