// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.api.network.Connection;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.security.Provider;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Shows that the engine of another provider does as well as the JDK's. */
class ConscryptTest extends TlsCase {

    private Provider provider;

    @BeforeEach
    void needsItsLibrary() {
        assumeTrue(Conscrypt.isAvailable(), "Conscrypt has no native library for this machine");
        provider = Conscrypt.newProvider();
    }

    @Test
    void servesAClientOfTheJdk() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            RecordingProtocol protocol = recorder();
            SSLContext context = Keys.context(provider, Keys.SERVER, Keys.CLIENT);
            TlsPeer peer = clientPeer(listen(server().with(TlsOptions.CONTEXT, context), () -> protocol), version)
                    .handshake();

            peer.send(bytes(MUCH));
            protocol.awaitReceived(MUCH);
            loop.run(in -> {
                protocol.transport().write(bytes(MUCH));
                assertEquals(
                        version,
                        protocol.transport()
                                .getExtraInfo(ExtraInfo.CIPHER)
                                .orElseThrow()
                                .protocol());
                protocol.transport().close();
            });

            assertArrayEquals(bytes(MUCH), protocol.received());
            assertArrayEquals(bytes(MUCH), peer.receive(MUCH));
            peer.receiveAll();
            assertTrue(peer.isAlerted());
            assertNull(protocol.awaitLost().cause());
        }
    }

    @Test
    void isAClientOfAServerOfTheJdk() throws Exception {
        RecordingProtocol protocol = recorder();
        SSLContext context = Keys.context(provider, null, Keys.SERVER);

        Pair pair = open(client().with(TlsOptions.CONTEXT, context).with(TlsOptions.ALPN, List.of("echo")), protocol);
        pair.peer().send(bytes(MUCH));
        protocol.awaitReceived(MUCH);
        pair.peer().shutdownOutput();
        protocol.awaitLost();

        assertArrayEquals(bytes(MUCH), protocol.received());
        assertEquals(Optional.of(true), loop.call(() -> pair.transport().getExtraInfo(ExtraInfo.TLS_CLOSE_NOTIFY)));
        assertNull(protocol.cause());
    }

    @Test
    @Spec({"TLS-4", "TLS-18"})
    void itsClientRefusesAnotherNameAndAnUnknownChain() throws Exception {
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            TlsOptions trusting = client().with(TlsOptions.CONTEXT, Keys.context(provider, null, Keys.SERVER));
            TlsOptions strange = client().with(TlsOptions.CONTEXT, Keys.context(provider, null, Keys.OTHER));

            refuses(trusting.with(TlsOptions.SERVER_HOSTNAME, "other.example"), version);
            refuses(trusting.with(TlsOptions.SERVER_HOSTNAME, "127.0.0.2"), version);
            refuses(strange, version);
        }
    }

    private void refuses(TlsOptions tls, String version) throws Exception {
        ServerSocketChannel listener = listener();
        CompletionStage<Connection<Transport>> connecting = connecting(address(listener), tls, this::recorder);
        TlsPeer peer = serverPeer(listener, version);

        assertThrows(IOException.class, () -> peer.handshake().receive(1));
        failure(SSLException.class, connecting);
    }
}
