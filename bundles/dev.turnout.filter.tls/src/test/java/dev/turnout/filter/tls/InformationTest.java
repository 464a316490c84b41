// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Connection;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.transport.Cipher;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** Says what a TLS connection tells about itself, and what both sides agree upon. */
class InformationTest extends TlsCase {

    @Test
    @Spec({"EXTRA-9", "EXTRA-10", "EXTRA-11", "EXTRA-12", "EXTRA-13"})
    void tellsCipherCertificateContextAndSessionFromConnectionMadeOn() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            SSLContext context = Keys.trustingOnly(Keys.SERVER);
            RecordingProtocol protocol = recorder().onMade(transport -> {
                Cipher cipher = transport.getExtraInfo(ExtraInfo.CIPHER).orElseThrow();
                SSLSession session =
                        transport.getExtraInfo(ExtraInfo.SSL_OBJECT).orElseThrow();
                assertEquals(version, cipher.protocol());
                assertEquals(session.getCipherSuite(), cipher.name());
                assertEquals(256, cipher.bits());
                assertEquals(Optional.empty(), transport.getExtraInfo(ExtraInfo.COMPRESSION));
                assertSame(context, transport.getExtraInfo(ExtraInfo.SSLCONTEXT).orElseThrow());
                assertArrayEquals(
                        new Certificate[] {Keys.SERVER.certificate()},
                        transport.getExtraInfo(ExtraInfo.PEERCERT).orElseThrow());
                assertEquals(Optional.of(false), transport.getExtraInfo(ExtraInfo.TLS_CLOSE_NOTIFY));
                assertEquals(Optional.of("localhost"), transport.getExtraInfo(ExtraInfo.SNI));
                assertEquals(Optional.empty(), transport.getExtraInfo("no such thing"));
            });

            Pair pair = open(client().with(TlsOptions.CONTEXT, context), protocol, version);

            protocol.awaitMade();
            loop.run(in -> {
                assertEquals(
                        Optional.of(pair.peer().channel().getLocalAddress()),
                        pair.transport().getExtraInfo(ExtraInfo.PEERNAME));
                assertEquals(
                        Optional.of(pair.peer().channel().getRemoteAddress()),
                        pair.transport().getExtraInfo(ExtraInfo.SOCKNAME));
                assertTrue(pair.transport().getExtraInfo(ExtraInfo.SOCKET).isPresent());
            });
            ConnectionDTO pictured = loop.join(networks.runtime().snapshot(), "a snapshot").connections[0];
            assertTrue(pictured.cipher.startsWith(version + " TLS_"), pictured.cipher);
            assertEquals(Keys.SERVER.certificate().getNotAfter().toInstant().toEpochMilli(), pictured.certificateEnds);
            loop.run(in -> pair.transport().abort());
            protocol.awaitLost();
        }
    }

    @Test
    void theBitsOfACipherAreInItsName() {
        assertEquals(128, TlsInfo.bits("TLS_AES_128_GCM_SHA256"));
        assertEquals(256, TlsInfo.bits("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"));
        assertEquals(256, TlsInfo.bits("TLS_CHACHA20_POLY1305_SHA256"));
        assertEquals(112, TlsInfo.bits("TLS_RSA_WITH_3DES_EDE_CBC_SHA"));
        assertEquals(0, TlsInfo.bits("something new"));
    }

    @Test
    @Spec("EXTRA-14")
    void theCertificateOfAClientThatNobodyAskedIsEmptyAndNoError() throws Exception {
        RecordingProtocol protocol = recorder();
        clientPeer(listen(server(), () -> protocol)).handshake();
        protocol.awaitMade();

        loop.run(in -> assertEquals(
                0, protocol.transport().getExtraInfo(ExtraInfo.PEERCERT).orElseThrow().length));
    }

    @Test
    @Spec("TLS-19")
    void aServerThatNeedsCertificatesRejectsClientsWithoutOne() throws Exception {
        RecordingProtocol known = recorder();
        RecordingProtocol wanted = recorder();
        var needing = listen(server().with(TlsOptions.CLIENT_AUTH, "need"), () -> known);
        var wanting = listen(server().with(TlsOptions.CLIENT_AUTH, "want"), () -> wanted);

        TlsPeer anonymous = clientPeer(needing, "TLSv1.3");
        assertThrows(IOException.class, () -> anonymous.handshake().receive(1));
        clientPeer(needing, Keys.CLIENT.trusting(Keys.SERVER)).handshake().send("me");
        clientPeer(wanting).handshake().send("nobody");

        known.awaitReceived(2);
        wanted.awaitReceived(6);
        loop.run(in -> {
            assertArrayEquals(
                    new Certificate[] {Keys.CLIENT.certificate()},
                    known.transport().getExtraInfo(ExtraInfo.PEERCERT).orElseThrow());
            assertEquals(0, wanted.transport().getExtraInfo(ExtraInfo.PEERCERT).orElseThrow().length);
        });
        assertEquals(1, known.count("connectionMade"));
        assertEquals(1, failedHandshakes());
    }

    @Test
    @Spec({"TLS-20", "EXTRA-18"})
    void bothSidesKnowTheChosenApplicationProtocol() throws Exception {
        RecordingProtocol server = recorder();
        RecordingProtocol client = recorder();
        var address = listen(server().with(TlsOptions.ALPN, List.of("h2", "http/1.1")), () -> server);

        CompletionStage<Connection<Transport>> connecting =
                connecting(address, client().with(TlsOptions.ALPN, List.of("http/1.1", "other")), () -> client);
        Transport transport = loop.join(connecting, "a connection").transport();
        server.awaitMade();

        loop.run(in -> {
            assertEquals(Optional.of("http/1.1"), transport.getExtraInfo(ExtraInfo.ALPN));
            assertEquals(Optional.of("http/1.1"), server.transport().getExtraInfo(ExtraInfo.ALPN));
            assertEquals(Optional.of("localhost"), server.transport().getExtraInfo(ExtraInfo.SNI));
        });
    }

    @Test
    @Spec("TLS-17")
    void theHostIsSentAsServerNameUnlessItIsEmptyOrAnAddress() throws Exception {
        assertEquals("localhost", nameSent("localhost"));
        assertEquals("", nameSent("127.0.0.1"));
        assertEquals("", nameSent("::1"));
        assertEquals("", nameSent(""));
    }

    private String nameSent(String host) throws IOException {
        ServerSocketChannel listener = listener();
        CompletionStage<Connection<Transport>> connecting =
                connecting(address(listener), client().with(TlsOptions.SERVER_HOSTNAME, host), this::recorder);
        SSLEngine engine = Keys.SERVER.trusting(Keys.CLIENT).createSSLEngine();
        engine.setUseClientMode(false);
        peer(listener.accept(), engine).handshake();
        loop.join(connecting, "a connection");
        return ((ExtendedSSLSession) engine.getSession())
                .getRequestedServerNames().stream()
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .findFirst()
                        .orElse("");
    }

    @Test
    @Spec("TLS-21")
    void aServerChoosesItsContextByTheNameThatTheClientAsksFor() throws Exception {
        SSLContext other = Keys.OTHER.trusting(Keys.CLIENT);
        TlsOptions options =
                server().with(TlsOptions.SNI_CONTEXTS, Map.of("Other.Example", other, "*.wild.example", other));
        List<Optional<?>> told = new ArrayList<>();
        var address = listen(
                options,
                () -> recorder()
                        .onMade(transport -> told.addAll(List.of(
                                transport.getExtraInfo(ExtraInfo.SSLCONTEXT), transport.getExtraInfo(ExtraInfo.SNI)))));

        assertEquals(Keys.OTHER.certificate(), certificateFor(address, "other.example", told));
        assertEquals(List.of(Optional.of(other), Optional.of("other.example")), loop.call(() -> List.copyOf(told)));
        assertEquals(Keys.OTHER.certificate(), certificateFor(address, "any.wild.example", told));
        assertEquals(Keys.SERVER.certificate(), certificateFor(address, "too.many.wild.example", told));
        assertEquals(Keys.SERVER.certificate(), certificateFor(address, "localhost", told));
        assertEquals(Keys.SERVER.certificate(), certificateFor(address, null, told));
    }

    /** Shakes hands, waits until the server's protocol has told something, and returns what the server has shown. */
    private Certificate certificateFor(java.net.InetSocketAddress address, String name, List<?> told)
            throws IOException {
        int before = loop.call(told::size);
        try (SlowLink link = new SlowLink(address, 50)) { // the client's message comes in pieces
            SSLEngine engine = Keys.trustingOnly(Keys.SERVER, Keys.OTHER).createSSLEngine();
            engine.setUseClientMode(true);
            if (name != null) {
                SSLParameters parameters = engine.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(name)));
                engine.setSSLParameters(parameters);
            }
            TlsPeer peer = peer(raw(link.address()), engine).handshake();
            loop.until("the server's protocol to begin", () -> told.size() > before);
            peer.close();
            return engine.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void sessionsAreResumed() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            SSLContext context = Keys.context(null, null, Keys.SERVER);
            RecordingProtocol server = recorder();
            var address = listen(server(), () -> server.isMade() ? recorder() : server);
            long[] created = new long[2];
            for (int i = 0; i < created.length; i++) {
                RecordingProtocol client = recorder();
                Transport transport = loop.join(
                                connecting(
                                        address,
                                        client().with(TlsOptions.CONTEXT, context)
                                                .with(TlsOptions.PROTOCOLS, List.of(version)),
                                        () -> client),
                                "a connection")
                        .transport();
                loop.settle(); // the ticket comes behind the handshake
                created[i] = loop.call(() -> transport
                        .getExtraInfo(ExtraInfo.SSL_OBJECT)
                        .orElseThrow()
                        .getCreationTime());
                loop.run(in -> transport.close());
                client.awaitLost();
            }

            assertEquals(created[0], created[1], "the second connection resumes the first one's session");
            assertNotEquals(0, created[0]);
        }
    }
}
