// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.testkit.RecordingProtocol;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** openssl connects to a server of ours. */
class OpensslClientTest extends PeerCase {

    @BeforeEach
    void needsOpenssl() {
        Program.needs("openssl");
    }

    private static Program client(Echo server, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_client",
                "-connect",
                HOST + ":" + server.port(),
                "-CAfile",
                file("server.pem"),
                "-verify_return_error",
                "-brief"));
        command.addAll(List.of(more));
        return Program.start(command);
    }

    @Test
    void talksInBothVersionsOfTls() throws Exception {
        Echo server = serveEcho(serverTls());

        for (Map.Entry<String, String> version :
                Map.of("-tls1_2", "TLSv1.2", "-tls1_3", "TLSv1.3").entrySet()) {
            try (Program client = client(server, version.getKey())) {
                client.await("Protocol version: " + version.getValue());
                client.say("hello\n");
                client.await("hello");
                RecordingProtocol protocol = server.next();
                assertEquals(
                        version.getValue(),
                        call(() -> protocol.transport()
                                .getExtraInfo(ExtraInfo.CIPHER)
                                .orElseThrow()
                                .protocol()));
            }
        }
    }

    @Test
    void refusesOlderVersionsAndGoesOn() throws Exception {
        Echo server = serveEcho(serverTls());

        try (Program client = client(server, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")) {
            assertNotEquals(0, client.exitCode(), client::said);
        }

        assertEquals(1, failedHandshakes());
        try (Program client = client(server)) {
            client.say("hello\n");
            client.await("hello");
        }
    }

    @Test
    void choosesTheCertificateByTheNameThatIsAskedFor() throws Exception {
        Echo server = serveEcho(
                serverTls().with(TlsOptions.SNI_CONTEXTS, Map.of("other.example", otherKeys.context(clientKeys))));

        try (Program client = client(server, "-servername", "other.example", "-CAfile", file("other.pem"))) {
            client.await("Peer certificate: CN = other");
            RecordingProtocol protocol = server.next();
            assertEquals(
                    Optional.of("other.example"),
                    call(() -> protocol.transport().getExtraInfo(ExtraInfo.SNI)));
        }
        try (Program client = client(server, "-servername", "localhost")) {
            client.await("Peer certificate: CN = server");
        }
    }

    @Test
    void agreesOnAnApplicationProtocol() throws Exception {
        Echo server = serveEcho(serverTls().with(TlsOptions.ALPN, List.of("h2", "http/1.1")));

        try (Program client = Program.start(
                List.of("openssl", "s_client", "-connect", HOST + ":" + server.port(), "-alpn", "http/1.1,other"))) {
            client.await("ALPN protocol: http/1.1");
            RecordingProtocol protocol = server.next();
            assertEquals(
                    Optional.of("http/1.1"), call(() -> protocol.transport().getExtraInfo(ExtraInfo.ALPN)));
        }
    }

    @Test
    void asksForAClientCertificateAndRefusesWhoHasNone() throws Exception {
        Echo server = serveEcho(serverTls().with(TlsOptions.CLIENT_AUTH, "need"));

        try (Program client = client(server, "-cert", file("client.pem"), "-key", file("client.key"))) {
            client.say("hello\n");
            client.await("hello");
            RecordingProtocol protocol = server.next();
            X509Certificate shown = call(() -> (X509Certificate)
                    protocol.transport().getExtraInfo(ExtraInfo.PEERCERT).orElseThrow()[0]);
            assertEquals("CN=client", shown.getSubjectX500Principal().getName());
        }
        try (Program client = client(server)) {
            client.exitCode();
        }
        assertEquals(1, failedHandshakes());
        assertTrue(server.accepted().isEmpty());
    }

    @Test
    void refusesToNegotiateAgain() throws Exception {
        Echo server = serveEcho(serverTls());

        try (Program client = Program.start(List.of(
                "openssl", "s_client", "-connect", HOST + ":" + server.port(), "-tls1_2", "-legacy_renegotiation"))) {
            client.await("Verify return code");
            RecordingProtocol protocol = server.next();
            client.say("R\n");

            protocol.awaitLost();
            assertTrue(String.valueOf(protocol.cause()).contains("negotiate again"), String.valueOf(protocol.cause()));
        }
    }

    @Test
    void survivesAnUpdateOfKeysUnseen() throws Exception {
        Echo server = serveEcho(serverTls());

        try (Program client =
                Program.start(List.of("openssl", "s_client", "-connect", HOST + ":" + server.port(), "-tls1_3"))) {
            client.await("Verify return code");
            RecordingProtocol protocol = server.next();
            client.say("K\n");
            client.await("KEYUPDATE");
            client.say("after the update\n");

            client.await("after the update");
            assertEquals("after the update\n", protocol.text());
        }
    }

    @Test
    void tellsAnOrderlyEndFromAnAbruptOne() throws Exception {
        Echo server = serveEcho(serverTls());

        try (Program client = client(server)) {
            RecordingProtocol protocol = server.next();
            boolean[] alert = new boolean[1];
            call(() -> protocol.onLost(recorder -> alert[0] = recorder.transport()
                    .getExtraInfo(ExtraInfo.TLS_CLOSE_NOTIFY)
                    .orElse(false)));
            client.endInput();
            protocol.awaitLost();
            assertNull(protocol.cause());
            assertTrue(call(() -> alert[0]));
        }
        try (Program client = client(server)) {
            RecordingProtocol protocol = server.next();
            boolean[] alert = {true};
            call(() -> protocol.onLost(recorder -> alert[0] = recorder.transport()
                    .getExtraInfo(ExtraInfo.TLS_CLOSE_NOTIFY)
                    .orElse(false)));
            client.kill();
            protocol.awaitLost();
            assertEquals(false, call(() -> alert[0]));
        }
    }
}
