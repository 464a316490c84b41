// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer does must not disturb its neighbours, nor cost memory without bound. */
class HostilePeersTest {

    private static final int SCRATCH = 256 * 1024;

    /** One loop: everybody is everybody's neighbour. */
    private final TestNetwork net = new TestNetwork(1);

    private final Echo.Counters counters = new Echo.Counters();

    @AfterEach
    void close() {
        net.close();
    }

    private Server echo(ServerOptions options) {
        return net.listen(() -> new Echo(counters), options);
    }

    /** Has a polite connection exchange a message and end. */
    private static void neighbourIsServed(Server server) throws IOException {
        try (Socket polite = new Socket("127.0.0.1", TestNetwork.port(server))) {
            polite.setSoTimeout((int) TestNetwork.DEADLINE.toMillis());
            polite.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
            assertEquals("ping", new String(polite.getInputStream().readNBytes(4), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void boundsWhatAPeerThatSendsForeverAndNeverReadsCosts() throws IOException {
        Server server = echo(ServerOptions.DEFAULTS);
        try (SocketChannel flood = SocketChannel.open(TestNetwork.address(server))) {
            flood.configureBlocking(false);
            ByteBuffer data = ByteBuffer.allocate(SCRATCH);
            int stuck = 0;
            while (stuck < 20) {
                data.clear();
                stuck = flood.write(data) == 0 ? stuck + 1 : 0;
                neighbourIsServed(server);
            }

            assertTrue(
                    counters.mostBuffered.get() <= 64 * 1024 + SCRATCH, counters.mostBuffered + " bytes were buffered");
            neighbourIsServed(server);
        }
    }

    @Test
    void servesNeighboursWhileAPeerSendsForever() throws IOException {
        AtomicLong swallowed = new AtomicLong();
        Server sink = net.listen(
                () -> new Protocol() {
                    @Override
                    public void dataReceived(ByteBuffer data) {
                        swallowed.addAndGet(data.remaining());
                    }
                },
                ServerOptions.DEFAULTS);
        Server server = echo(ServerOptions.DEFAULTS);
        RecordingProtocol flood = new RecordingProtocol();
        byte[] chunk = new byte[64 * 1024];
        Protocol sender = new Protocol() {
            private Transport transport;

            @Override
            public void connectionMade(BaseTransport made) {
                transport = (Transport) made;
                flood.connectionMade(made);
                more();
            }

            private void more() {
                if (!transport.isClosing()) {
                    if (transport.getWriteBufferSize() == 0) {
                        transport.write(chunk);
                    }
                    transport.loop().callSoon(this::more);
                }
            }
        };

        net.connect(() -> sender, sink);
        for (int i = 0; i < 20; i++) {
            neighbourIsServed(server);
        }

        long before = swallowed.get();
        TestNetwork.until("the flood goes on", () -> swallowed.get() > before);
    }

    @Test
    void boundsWhatAPeerThatNeverReadsCostsEvenIfItsProtocolGoesOnWriting() {
        Server server = echo(ServerOptions.DEFAULTS.with(StreamOptions.IDLE_TIMEOUT, Duration.ofMillis(200)));
        RecordingProtocol lazy = new RecordingProtocol().onMade(transport -> {
            transport.pauseReading();
            transport.write(new byte[8 * 1024 * 1024]);
        });

        net.connect(() -> lazy, server);

        TestNetwork.until("it is given up", () -> counters.lost.get() == 1);
        assertTrue(counters.mostBuffered.get() <= 64 * 1024 + SCRATCH);
    }

    /** The states in which a peer may go away. */
    enum State {
        JUST_CONNECTED,
        AFTER_SENDING,
        WITH_UNREAD_ANSWERS,
        WITH_A_FULL_QUEUE,
        AFTER_ITS_END_OF_STREAM
    }

    @ParameterizedTest
    @EnumSource
    void survivesAResetInEveryState(State state) throws IOException {
        Server server = echo(ServerOptions.DEFAULTS);
        int peers = 20;

        for (int i = 0; i < peers; i++) {
            SocketChannel peer = SocketChannel.open(TestNetwork.address(server));
            peer.setOption(StandardSocketOptions.SO_LINGER, 0);
            bringTo(state, peer, i + 1);
            peer.close();
        }

        neighbourIsServed(server);
        TestNetwork.until(
                "each connection has ended once",
                () -> server.connections() == 0 && counters.made.get() == counters.lost.get());
        assertEquals(List.of(), net.reports);
    }

    private void bringTo(State state, SocketChannel peer, int number) throws IOException {
        switch (state) {
            case JUST_CONNECTED -> {}
            case AFTER_SENDING -> peer.write(ByteBuffer.wrap(new byte[10]));
            case WITH_UNREAD_ANSWERS -> {
                peer.write(ByteBuffer.wrap(new byte[10]));
                TestNetwork.until("it is served", () -> counters.made.get() >= number);
            }
            case WITH_A_FULL_QUEUE -> {
                peer.configureBlocking(false);
                ByteBuffer data = ByteBuffer.allocate(SCRATCH);
                counters.mostBuffered.set(0);
                TestNetwork.until("answers pile up", () -> {
                    data.clear();
                    return write(peer, data) == 0 && counters.mostBuffered.get() > 0;
                });
            }
            case AFTER_ITS_END_OF_STREAM -> {
                peer.write(ByteBuffer.wrap(new byte[10]));
                peer.shutdownOutput();
            }
        }
    }

    private static int write(SocketChannel peer, ByteBuffer data) {
        try {
            return peer.write(data);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closesPeersThatConnectAndSayNothing() throws IOException {
        Server server = echo(ServerOptions.DEFAULTS
                .with(StreamOptions.FIRST_BYTE_TIMEOUT, Duration.ofMillis(300))
                .with(ServerOptions.MAX_CONNECTIONS, 50));
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                silent.add(SocketChannel.open(TestNetwork.address(server)));
            }
            neighbourIsServed(server);

            TestNetwork.until("all are closed", () -> counters.lost.get() == 41);

            neighbourIsServed(server);
        } finally {
            for (SocketChannel peer : silent) {
                peer.close();
            }
        }
    }

    @Test
    void keepsTheRestOfTooManyPeersInTheKernel() throws IOException {
        Server server = echo(ServerOptions.DEFAULTS.with(ServerOptions.MAX_CONNECTIONS, 5));
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                silent.add(SocketChannel.open(TestNetwork.address(server)));
            }
            TestNetwork.until("the limit is reached", () -> server.connections() == 5);
            assertEquals(5, net.snapshot().connections.length);

            for (SocketChannel peer : silent) {
                peer.close();
            }

            neighbourIsServed(server);
            TestNetwork.until("all have ended", () -> server.connections() == 0);
        } finally {
            for (SocketChannel peer : silent) {
                peer.close();
            }
        }
    }

    @Test
    void losesOneConnectionOnlyByAProtocolThatThrows() throws IOException {
        Server server = echo(ServerOptions.DEFAULTS);
        Server broken = net.listen(
                () -> new RecordingProtocol().onData(data -> {
                    throw new IllegalStateException("broken");
                }),
                ServerOptions.DEFAULTS);
        RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(new byte[1]));

        net.connect(() -> client, broken);

        client.awaitLost();
        neighbourIsServed(server);
        assertEquals(1, net.reports.size());
    }
}
