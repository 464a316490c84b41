// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** We connect to a server of openssl, which turns every line around. */
class OpensslServerTest extends PeerCase {

    private int port;

    @BeforeEach
    void needsOpenssl() {
        Program.needs("openssl");
    }

    private Program server(String keys, String... more) throws Exception {
        port = freePort();
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "s_server",
                "-accept",
                HOST + ":" + port,
                "-cert",
                file(keys + ".pem"),
                "-key",
                file(keys + ".key")));
        command.addAll(List.of(more));
        Program server = Program.start(command);
        server.await("ACCEPT");
        return server;
    }

    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void talksInBothVersionsOfTls() throws Exception {
        for (Map.Entry<String, String> version :
                Map.of("-tls1_2", "TLSv1.2", "-tls1_3", "TLSv1.3").entrySet()) {
            try (Program server = server("server", "-rev", version.getKey())) {
                RecordingProtocol protocol = new RecordingProtocol();
                Transport transport = connect(port, clientTls(), protocol);
                call(() -> {
                    transport.write(line("hello"));
                    return null;
                });

                protocol.awaitReceived(6);

                assertEquals("olleh\n", protocol.text());
                assertEquals(
                        version.getValue(),
                        call(() -> transport
                                .getExtraInfo(ExtraInfo.CIPHER)
                                .orElseThrow()
                                .protocol()));
                assertFalse(server.said().contains("error"), server::said);
            }
        }
    }

    @Test
    void asksForTheHostByNameAndChecksTheCertificate() throws Exception {
        try (Program server = server(
                "server",
                "-rev",
                "-servername",
                "other.example",
                "-cert2",
                file("other.pem"),
                "-key2",
                file("other.key"))) {
            TlsOptions trusting =
                    TlsOptions.DEFAULTS.with(TlsOptions.CONTEXT, clientKeys.context(otherKeys, serverKeys));

            Transport first =
                    connect(port, trusting.with(TlsOptions.SERVER_HOSTNAME, "other.example"), new RecordingProtocol());
            call(() -> {
                first.abort(); // openssl serves one at a time
                return null;
            });
            ExecutionException wrongName = assertThrows(
                    ExecutionException.class,
                    () -> connect(
                            port, trusting.with(TlsOptions.SERVER_HOSTNAME, "third.example"), new RecordingProtocol()));

            assertInstanceOf(SSLException.class, wrongName.getCause());
            assertTrue(
                    String.valueOf(wrongName.getCause().getMessage()).contains("third.example"), wrongName::toString);
            assertFalse(server.said().isEmpty());
        }
    }

    @Test
    void agreesOnAnApplicationProtocol() throws Exception {
        try (Program server = server("server", "-rev", "-alpn", "h2,http/1.1")) {
            Transport transport = connect(
                    port, clientTls().with(TlsOptions.ALPN, List.of("other", "http/1.1")), new RecordingProtocol());

            assertEquals(Optional.of("http/1.1"), call(() -> transport.getExtraInfo(ExtraInfo.ALPN)));
            assertFalse(server.said().isEmpty());
        }
    }

    @Test
    void showsItsCertificateIfAsked() throws Exception {
        try (Program server = server("server", "-Verify", "1", "-verify_return_error", "-CAfile", file("client.pem"))) {
            connect(port, clientTls(), new RecordingProtocol());

            server.await("subject=CN = client");
        }
    }

    @Test
    void learnsOfAnAbruptEnd() throws Exception {
        RecordingProtocol protocol = new RecordingProtocol();
        try (Program server = server("server")) {
            connect(port, clientTls().with(TlsOptions.STRICT_CLOSE, true), protocol);
            server.kill();
        }

        protocol.awaitLost();
        assertInstanceOf(java.io.IOException.class, protocol.cause());
    }

    @Test
    void refusesACertificateThatNobodyVouchesFor() throws Exception {
        try (Program server = server("other", "-rev")) {
            ExecutionException refused =
                    assertThrows(ExecutionException.class, () -> connect(port, clientTls(), new RecordingProtocol()));

            assertInstanceOf(SSLException.class, refused.getCause());
            server.await("alert");
        }
    }
}
