// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.testkit.RecordingProtocol;
import java.security.Provider;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
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
}
