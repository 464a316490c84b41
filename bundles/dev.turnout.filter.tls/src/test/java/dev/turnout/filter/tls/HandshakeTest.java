// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.ConnectionResetException;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Says how TLS connections begin, and how they fail to. */
class HandshakeTest extends TlsCase {

    @Test
    @Spec({"TLS-1", "TLS-2"})
    void theProtocolBeginsAfterTheHandshakeAndNeverBefore() throws Exception {
        RecordingProtocol protocol = recorder();
        TlsPeer peer = clientPeer(listen(server(), () -> protocol));

        loop.settle();
        assertFalse(protocol.isMade());
        peer.handshake();
        protocol.awaitMade();
        peer.send("clear to the protocol");

        protocol.awaitReceived(21);
        assertEquals("clear to the protocol", protocol.text());
        assertInstanceOf(Transport.class, protocol.transport());
    }

    @Test
    @Spec({"TLS-3", "TLS-4", "TLS-18", "JAVA-16", "CONN-25"})
    void aCertificateThatNobodyTrustsFailsTheConnectCall() throws Exception {
        ServerSocketChannel listener = listener();
        RecordingProtocol protocol = recorder();

        CompletionStage<Connection<Transport>> connecting = connecting(
                address(listener), client().with(TlsOptions.CONTEXT, Keys.trustingOnly(Keys.OTHER)), () -> protocol);
        TlsPeer peer = serverPeer(listener);
        assertThrows(IOException.class, () -> peer.handshake().receive(1));
        SSLException failure = failure(SSLException.class, connecting);
        loop.settle();

        assertTrue(failure.getMessage().contains("certification path"), failure::getMessage);
        assertInstanceOf(IOException.class, failure);
        assertEquals(List.of(), protocol.trace());
    }

    @Test
    @Spec({"TLS-18", "TLS-4"})
    void aCertificateForAnotherHostFailsTheConnectCall() throws Exception {
        ServerSocketChannel listener = listener();

        CompletionStage<Connection<Transport>> connecting = connecting(
                address(listener), client().with(TlsOptions.SERVER_HOSTNAME, "elsewhere.example"), this::recorder);
        TlsPeer peer = serverPeer(listener);
        assertThrows(IOException.class, () -> peer.handshake().receive(1));

        SSLException failure = failure(SSLException.class, connecting);
        assertTrue(failure.getMessage().contains("elsewhere.example"), failure::getMessage);
    }

    @Test
    @Spec({"TLS-18", "TLS-4"})
    void aCertificateThatHasExpiredFailsTheConnectCall() throws Exception {
        ServerSocketChannel listener = listener();

        CompletionStage<Connection<Transport>> connecting = connecting(
                address(listener),
                client().with(TlsOptions.CONTEXT, Keys.CLIENT.trusting(Keys.EXPIRED)),
                this::recorder);
        TlsPeer peer = serverPeer(listener, Keys.EXPIRED.trusting(Keys.CLIENT));
        assertThrows(IOException.class, () -> peer.handshake().receive(1));

        SSLException failure = failure(SSLException.class, connecting);
        assertTrue(String.valueOf(failure.getCause()).contains("validity check failed"), failure::toString);
    }

    @Test
    @Spec("CONN-24")
    void withoutAContextTheDefaultOneChecksChainAndName() throws Exception {
        ServerSocketChannel listener = listener();

        CompletionStage<Connection<Transport>> connecting =
                connecting(address(listener), TlsOptions.DEFAULTS, this::recorder);
        TlsPeer peer = serverPeer(listener);
        assertThrows(IOException.class, () -> peer.handshake().receive(1));

        assertTrue(failure(SSLException.class, connecting).getMessage().contains("certification path"));
    }

    @Test
    @Spec({"TLS-18", "CONN-22"})
    void anAddressIsCheckedTooAndAnEmptyNameIsNot() throws Exception {
        RecordingProtocol byAddress = recorder();
        RecordingProtocol unchecked = recorder();

        open(client().with(TlsOptions.SERVER_HOSTNAME, HOST), byAddress);
        open(client().with(TlsOptions.SERVER_HOSTNAME, ""), unchecked);
        ServerSocketChannel listener = listener();
        CompletionStage<Connection<Transport>> wrong =
                connecting(address(listener), client().with(TlsOptions.SERVER_HOSTNAME, "127.0.0.2"), this::recorder);
        TlsPeer peer = serverPeer(listener);
        assertThrows(IOException.class, () -> peer.handshake().receive(1));

        assertTrue(byAddress.isMade());
        assertTrue(unchecked.isMade());
        assertTrue(failure(SSLException.class, wrong).getMessage().contains("127.0.0.2"));
    }

    @Test
    @Spec({"TLS-5", "TLS-6", "TLS-7", "TLS-3"})
    void aPlainTextClientIsDroppedCountedAndHarmsNobody() throws Exception {
        RecordingProtocol good = recorder();
        RecordingProtocol[] next = {recorder(), recorder(), good};
        int[] count = {0};
        var address = listen(server(), () -> next[count[0]++]);

        try (LogCapture log = new LogCapture(TlsConnection.class)) {
            SocketChannel http = raw(address);
            http.write(ByteBuffer.wrap(ascii("GET / HTTP/1.0\r\n\r\n")));
            drain(http);
            SocketChannel noise = raw(address);
            noise.write(ByteBuffer.wrap(bytes(5000)));
            drain(noise);
            loop.settle();
            assertEquals(2, failedHandshakes());
            assertEquals(0, log.warnings(""), () -> log.messages().toString());
            assertLogged(log, http, "GET / HTTP/1.0");
            assertLogged(log, noise, "does not speak TLS");
        }
        clientPeer(address).handshake().send("fine");

        good.awaitReceived(4);
        assertEquals(2, failedHandshakes());
        assertEquals(List.of(), next[0].trace());
        assertEquals(List.of(), next[1].trace());
    }

    /** Checks that the failure of one client's handshake was logged once, at debug level, with address and reason. */
    private static void assertLogged(LogCapture log, SocketChannel client, String reason) throws IOException {
        String peer = client.getLocalAddress().toString();
        List<String> about =
                log.messages().stream().filter(each -> each.contains(peer)).toList();
        assertEquals(1, about.size(), () -> log.messages().toString());
        assertTrue(about.get(0).startsWith("FINE ") && about.get(0).contains(reason), () -> about.get(0));
    }

    private static void drain(SocketChannel channel) throws IOException {
        channel.configureBlocking(true);
        try {
            ByteBuffer buffer = ByteBuffer.allocate(1000);
            while (channel.read(buffer.clear()) >= 0) {
                assertTrue(buffer.position() > 0);
            }
        } catch (IOException reset) {
            assertTrue(true, "an end as good as any");
        }
    }

    @Test
    @Spec("TLS-8")
    void aStuckHandshakeIsAbortedAndTheErrorSaysTheTime() throws Exception {
        ServerSocketChannel listener = listener();
        RecordingProtocol protocol = recorder();
        TlsOptions hasty = client().with(TlsOptions.HANDSHAKE_TIMEOUT, Duration.ofMillis(150));

        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), hasty, () -> protocol);
        SocketChannel silent = listener.accept();
        ConnectionAbortedException failure = failure(ConnectionAbortedException.class, connecting);
        drain(silent);
        SocketChannel mute =
                raw(listen(server().with(TlsOptions.HANDSHAKE_TIMEOUT, Duration.ofMillis(150)), () -> protocol));
        drain(mute);
        silent.close();

        assertTrue(failure.getMessage().contains("longer than 150ms;"), failure::getMessage);
        assertEquals(List.of(), protocol.trace());
        assertEquals(Duration.ofSeconds(60), TlsOptions.DEFAULTS.get(TlsOptions.HANDSHAKE_TIMEOUT));
    }

    @Test
    @Spec({"TLS-9", "TLS-25"})
    void timesOfZeroOrLessAreIllegal() {
        for (var time : List.of(TlsOptions.HANDSHAKE_TIMEOUT, TlsOptions.SHUTDOWN_TIMEOUT)) {
            for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
                TlsOptions options = client().with(time, wrong);
                assertThrows(
                        IllegalArgumentException.class,
                        () -> networks.network()
                                .createConnection(
                                        this::recorder,
                                        HOST,
                                        1,
                                        ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, options)));
            }
            Endpoint endpoint = Endpoint.parse("tls+tcp://127.0.0.1:1?tls." + time + "=0");
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> networks.network().createConnection(this::recorder, endpoint, ConnectOptions.DEFAULTS));
            assertTrue(refused.getMessage().contains(time.name()), refused::getMessage);
        }
    }

    @Test
    @Spec("TLS-11")
    void anEndOfTheStreamDuringTheHandshakeIsAReset() throws Exception {
        ServerSocketChannel listener = listener();
        RecordingProtocol protocol = recorder();

        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), client(), () -> protocol);
        SocketChannel channel = listener.accept();
        channel.shutdownOutput();

        failure(ConnectionResetException.class, connecting);
        channel.close();
        assertEquals(List.of(), protocol.trace());
    }

    @Test
    @Spec("TLS-13")
    void cancellingTheConnectCallClosesTheSocket() throws Exception {
        ServerSocketChannel listener = listener();
        RecordingProtocol protocol = recorder();

        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), client(), () -> protocol);
        SocketChannel channel = listener.accept();
        ByteBuffer hello = ByteBuffer.allocate(100);
        channel.read(hello);
        assertTrue(connecting.toCompletableFuture().cancel(false));

        drain(channel);
        assertTrue(hello.position() > 0, "the handshake had begun");
        loop.settle();
        assertEquals(List.of(), protocol.trace());
    }

    @Test
    @Spec("TLS-14")
    void aHandshakeInManySmallPiecesSucceeds() throws Exception {
        RecordingProtocol protocol = recorder();
        var address = listen(server(), () -> protocol);
        try (SlowLink link = new SlowLink(address, 7)) {
            clientPeer(link.address()).handshake().send("slow but sure");

            protocol.awaitReceived(13);
            assertEquals("slow but sure", protocol.text());
        }
    }

    @Test
    @Spec("TLS-16")
    void dataThatCameWithTheLastMessageOfTheHandshakeComesAfterConnectionMade() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            RecordingProtocol protocol = recorder();

            TlsPeer peer = clientPeer(listen(server(), () -> protocol), version).handshakeAndSend(ascii("at once"));

            protocol.awaitReceived(7);
            assertEquals(List.of("connectionMade", "dataReceived \"at once\""), protocol.trace());
            peer.close();
            protocol.awaitLost();
        }
    }

    @Test
    @Spec("CB-2")
    void anExceptionOfConnectionMadeAbortsTheConnectionAndFailsTheCall() throws Exception {
        IllegalStateException planned = new IllegalStateException("planned");
        RecordingProtocol protocol = recorder().onMade(transport -> {
            throw planned;
        });
        ServerSocketChannel listener = listener();

        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), client(), () -> protocol);
        TlsPeer peer = serverPeer(listener);
        try {
            peer.handshake().receiveAll();
        } catch (IOException reset) {
            assertTrue(true, "the transport is gone already");
        }

        assertSame(planned, failure(IllegalStateException.class, connecting));
        protocol.awaitLost();
        ErrorContext report = loop.reports().remove(0);
        assertSame(planned, report.exception());
        assertSame(protocol, report.part(ErrorContext.PROTOCOL).orElse(null));
        assertEquals(1, protocol.count("connectionLost"));
    }

    @Test
    @Spec("SERVER-38")
    void aServerNeedsACertificate() {
        IllegalArgumentException byCode = assertThrows(
                IllegalArgumentException.class,
                () -> networks.network()
                        .createServer(
                                this::recorder,
                                List.of(HOST),
                                0,
                                ServerOptions.DEFAULTS.with(ServerOptions.TLS, TlsOptions.DEFAULTS)));
        IllegalStateException byText = failure(
                IllegalStateException.class,
                networks.network()
                        .createServer(
                                this::recorder,
                                Endpoint.parse("tls+tcp://127.0.0.1:0?tls=web"),
                                ServerOptions.DEFAULTS));

        assertTrue(byCode.getMessage().contains("context"), byCode::getMessage);
        assertTrue(byText.getMessage().contains("dev.turnout.filter.tls~web"), byText::getMessage);
    }
}
