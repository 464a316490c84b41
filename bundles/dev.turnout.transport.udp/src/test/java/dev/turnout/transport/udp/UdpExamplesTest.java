// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plays the examples of datagrams: an echo server, and a client that asks once. */
class UdpExamplesTest {

    private static final InetAddress HERE = UdpFixture.loopback(StandardProtocolFamily.INET);

    private final LoopThread loop = new LoopThread(EventLoops.newEventLoop("udp", SelectorProvider.provider()));
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @AfterEach
    void closeEverything() {
        loop.settle();
        loop.close();
    }

    private DatagramTransport open(
            DatagramProtocol protocol, @Nullable SocketAddress local, @Nullable SocketAddress remote) {
        return loop.await(() -> new UdpProvider()
                        .openDatagram(new DatagramRequest(
                                loop.loop(), local, remote, DatagramOptions.DEFAULTS, () -> protocol, new OpenLog())))
                .transport();
    }

    private final class EchoServer implements DatagramProtocol {

        private @Nullable DatagramTransport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            lines.add("Received by server: " + StandardCharsets.UTF_8.decode(data.duplicate()));
            if (transport != null) {
                transport.sendto(data, sender);
            }
        }
    }

    private final class EchoClient implements DatagramProtocol {

        private @Nullable DatagramTransport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
            transport.sendto(ByteBuffer.wrap("Hello World!".getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            lines.add("Received: " + StandardCharsets.UTF_8.decode(data));
            if (transport != null) {
                transport.close();
            }
        }

        @Override
        public void errorReceived(IOException error) {
            lines.add("Error received: " + error.getClass().getSimpleName());
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            lines.add("Connection closed: " + cause);
        }
    }

    @Test
    @Spec({"EX-4", "EX-9"})
    void oneDatagramGoesThereAndBackAndTheClientCloses() {
        DatagramTransport server = open(new EchoServer(), new InetSocketAddress(HERE, 0), null);
        SocketAddress at =
                loop.call(() -> server.getExtraInfo(ExtraInfo.SOCKNAME).orElseThrow());

        open(new EchoClient(), null, at);
        loop.until("the client's end", () -> lines.contains("Connection closed: null"));

        assertEquals(
                List.of("Received by server: Hello World!", "Received: Hello World!", "Connection closed: null"),
                lines);
        loop.run(in -> server.close());
    }

    @Test
    @Spec("EX-5")
    void withoutAServerTheClientIsToldAndStaysOpenUntilItIsClosed() {
        DatagramPeer gone = new DatagramPeer(HERE);
        InetSocketAddress nobody = gone.address();
        gone.close();

        DatagramTransport client = open(new EchoClient(), null, nobody);
        loop.until("the refusal", () -> !lines.isEmpty());
        loop.run(in -> assertFalse(client.isClosing()));
        loop.run(in -> client.close());
        loop.until("the end", () -> lines.size() == 2);

        assertEquals(List.of("Error received: ConnectionRefusedException", "Connection closed: null"), lines);
    }
}
