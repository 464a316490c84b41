// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.turnout.api.error.ConnectionRefusedException;
import dev.turnout.api.network.Server;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.StreamFixture;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plays the examples that asyncio's manual shows, over TCP and without the network service. */
class TcpExamplesTest {

    private final TcpFixture fixture = new TcpFixture(Side.SERVER);
    private LoopThread loop;

    /** Answers what it got, then closes. */
    private static final class Echo implements Protocol {

        private Transport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            transport.write(data);
            transport.close();
        }
    }

    @BeforeEach
    void start() {
        loop = new LoopThread(fixture.newLoop("examples"));
    }

    @AfterEach
    void end() {
        fixture.close();
        loop.settle();
        assertEquals(List.of(), loop.reports());
        loop.close();
    }

    @Test
    @Spec({"EX-1", "EX-2", "EX-3"})
    void anEchoServerAnswersAndCloses() {
        Server server = fixture.listen(loop, Map.of(), on -> new Echo());
        RecordingProtocol client =
                new RecordingProtocol().onMade(transport -> transport.write("Hello World!".getBytes(US_ASCII)));

        loop.await(() -> fixture.connect(loop, fixture.address(server), () -> client, Map.of()));
        client.awaitLost();

        assertEquals(
                List.of("connectionMade", "dataReceived \"Hello World!\"", "eofReceived", "connectionLost null"),
                client.trace());
    }

    @Test
    @Spec({"EX-3", "CONN-18"})
    void anEchoClientWithoutAServerFailsToConnect() {
        RecordingProtocol client = new RecordingProtocol();

        assertThrows(ConnectionRefusedException.class, () -> fixture.connectToNobody(loop, () -> client));

        assertEquals(List.of(), client.trace());
    }

    @Test
    @Spec("EX-6")
    void aChunkWrittenToOneEndOfASocketPairReachesTheProtocolOnTheOther() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        protocol.onData(data -> protocol.transport().close());
        StreamFixture.Adopted pair = fixture.adopt(loop, protocol);

        pair.peer().send("abc");
        protocol.awaitLost();

        assertEquals(List.of("connectionMade", "dataReceived \"abc\"", "connectionLost null"), protocol.trace());
        assertEquals(0, pair.peer().receiveAll().length);
    }

    @Test
    @Spec({"SERVER-1", "STREAM-16", "CB-3"})
    void theServersFactoryIsCalledOncePerConnectionAndTheCountGoesDown() {
        AtomicInteger calls = new AtomicInteger();
        Server server = fixture.listen(loop, Map.of(), on -> {
            calls.incrementAndGet();
            return new Protocol() {
                @Override
                public void connectionLost(Throwable cause) {
                    throw new IllegalStateException("planned");
                }
            };
        });
        RecordingProtocol[] clients = {new RecordingProtocol(), new RecordingProtocol(), new RecordingProtocol()};

        for (RecordingProtocol client : clients) {
            loop.await(() -> fixture.connect(loop, fixture.address(server), () -> client, Map.of()));
        }
        loop.until("three connections", () -> server.connections() == 3);
        for (RecordingProtocol client : clients) {
            loop.run(in -> client.transport().close());
        }
        loop.until("no connections", () -> server.connections() == 0);

        assertEquals(3, calls.get());
        assertEquals(3, loop.reports().size());
        loop.reports().clear();
    }
}
