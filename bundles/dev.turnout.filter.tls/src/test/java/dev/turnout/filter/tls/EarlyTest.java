// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Looks at a transport of TLS before its handshake is over, when nobody else has it yet. */
class EarlyTest extends TlsCase {

    private TlsConnection connection(RecordingProtocol protocol) {
        return new TlsConnection(
                loop.loop(),
                new LoopBuffers(),
                protocol,
                TlsSettings.of(Side.SERVER, server(), Map.of(), new Contexts()));
    }

    private record Below(TlsConnection connection) implements dev.turnout.api.protocol.Protocol {

        @Override
        public void connectionMade(dev.turnout.api.transport.BaseTransport transport) {
            connection.begin((dev.turnout.api.transport.Transport) transport);
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            connection.receivedBelow(data);
        }

        @Override
        public boolean eofReceived() {
            return connection.endedBelow();
        }

        @Override
        public void connectionLost(Throwable cause) {
            connection.lostBelow(cause);
        }
    }

    private TlsPeer peerOf(TlsConnection connection) throws Exception {
        var server = loop.await(() -> networks.network()
                .createServer(
                        () -> new Below(connection), List.of(HOST), 0, dev.turnout.api.network.ServerOptions.DEFAULTS));
        return clientPeer(address(server));
    }

    @Test
    @Spec({"TLS-15", "TLS-39", "EXTRA-12"})
    void whatIsWrittenBeforeTheHandshakeEndedIsKeptAndGoesOutFirst() throws Exception {
        RecordingProtocol protocol = recorder();
        TlsConnection connection = connection(protocol);
        TlsPeer peer = peerOf(connection);
        loop.until("the connection", () -> connection.lower() != null);

        loop.run(in -> {
            connection.transport().write(ascii("first "));
            assertEquals(6, connection.transport().getWriteBufferSize());
            assertSame(
                    server().find(dev.turnout.api.network.TlsOptions.CONTEXT),
                    connection.transport().getExtraInfo(ExtraInfo.SSLCONTEXT).orElseThrow());
            assertEquals(Optional.empty(), connection.transport().getExtraInfo(ExtraInfo.CIPHER));
            assertEquals(Optional.empty(), connection.transport().getExtraInfo(ExtraInfo.PEERCERT));
            connection.established().thenAccept(transport -> {
                protocol.connectionMade(transport);
                transport.write(ascii("second"));
            });
        });
        peer.handshake();

        assertEquals("first second", peer.receiveText(12));
        assertEquals(0L, loop.call(connection.transport()::getWriteBufferSize));
    }

    @Test
    @Spec("TLS-12")
    void closeDuringTheHandshakeAbortsIt() throws Exception {
        RecordingProtocol protocol = recorder();
        TlsConnection connection = connection(protocol);
        TlsPeer peer = peerOf(connection);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        connection.established().whenComplete((transport, why) -> failure.set(why));
        loop.until("the connection", () -> connection.lower() != null);

        loop.run(in -> {
            connection.transport().close();
            assertTrue(connection.transport().isClosing());
        });

        assertEquals(-1, awaitEnd(peer));
        assertInstanceOf(ConnectionAbortedException.class, failure.get());
        assertFalse(protocol.isMade() || protocol.isLost());
    }

    private int awaitEnd(TlsPeer peer) throws Exception {
        int[] got = {0};
        loop.until("the end", () -> {
            try {
                got[0] = peer.channel().read(ByteBuffer.allocate(10));
            } catch (java.io.IOException reset) {
                got[0] = -1;
            }
            return got[0] != 0;
        });
        return got[0];
    }
}
