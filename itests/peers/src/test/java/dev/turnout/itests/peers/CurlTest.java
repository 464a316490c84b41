// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.testkit.RecordingProtocol;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** curl checks the certificate of a server of ours, and shows it. */
class CurlTest extends PeerCase {

    private static final int NOT_TRUSTED = 60;

    private int port;

    @BeforeEach
    void serve() throws Exception {
        Program.needs("curl");
        port = port(get(network()
                .createServer(
                        CurlTest::answering,
                        Endpoint.of("tcp", HOST, 0),
                        ServerOptions.DEFAULTS.with(ServerOptions.TLS, serverTls()))));
    }

    private static RecordingProtocol answering() {
        RecordingProtocol protocol = new RecordingProtocol();
        return protocol.onData(request -> {
            if (protocol.text().endsWith("\r\n\r\n")) {
                protocol.transport().write("HTTP/1.0 200 OK\r\n\r\nthe answer\n".getBytes(US_ASCII));
                protocol.transport().close();
            }
        });
    }

    private Program ask(String host, String... more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("curl", "-q", "--verbose", "--noproxy", "*", "--resolve", host + ":" + port + ":" + HOST));
        command.addAll(List.of(more));
        command.add("https://" + host + ":" + port + "/");
        return Program.start(command);
    }

    @Test
    void showsTheCertificateThatItTrusts() throws Exception {
        try (Program curl = ask("localhost", "--cacert", file("server.pem"))) {
            curl.await("subject: CN=server");
            curl.await("the answer");
            assertEquals(0, curl.exitCode(), curl::said);
        }
    }

    @Test
    void doesNotTrustACertificateOfNobodyItKnows() throws Exception {
        try (Program curl = ask("localhost")) {
            assertEquals(NOT_TRUSTED, curl.exitCode(), curl::said);
        }
    }

    @Test
    void doesNotTrustACertificateForAnotherName() throws Exception {
        try (Program curl = ask("other.example", "--cacert", file("server.pem"))) {
            assertEquals(NOT_TRUSTED, curl.exitCode(), curl::said);
        }
    }
}
