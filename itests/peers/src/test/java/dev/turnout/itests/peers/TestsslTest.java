// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.testkit.RecordingProtocol;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** testssl.sh judges a server of ours with its defaults: protocols, ciphers, certificate, forward secrecy and the known attacks. */
class TestsslTest extends PeerCase {

    private static final Pattern FINDING = Pattern.compile(
            "\"id\"\\s*:\\s*\"([^\"]*)\"[^}]*?\"severity\"\\s*:\\s*\"([^\"]*)\"[^}]*?\"finding\"\\s*:\\s*\"([^\"]*)\"");
    private static final List<String> ABOVE_LOW = List.of("MEDIUM", "HIGH", "CRITICAL", "FATAL");

    private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void findsNothingAboveLow() throws Exception {
        Program.needs("testssl");
        int port = serveHttp();
        Path report = path("testssl.json");

        try (Program testssl = Program.start(List.of(
                "testssl",
                "--quiet",
                "--color=0",
                "--warnings=off",
                "--nodns=none",
                "--ip=" + HOST,
                "--add-ca=" + file("server.pem"),
                "--jsonfile=" + report,
                "--protocols",
                "--standard",
                "--server-defaults",
                "--fs",
                "--vulnerable",
                "localhost:" + port))) {
            testssl.exitCode(Duration.ofMinutes(10));

            List<MatchResult> findings =
                    FINDING.matcher(Files.readString(report)).results().toList();
            assertTrue(findings.size() > 50, testssl::said);
            assertEquals(
                    List.of(),
                    findings.stream()
                            .filter(finding -> ABOVE_LOW.contains(finding.group(2)))
                            .map(finding -> finding.group(1) + ": " + finding.group(3))
                            .toList());
        }
    }

    /** Serves a page, as testssl.sh waits for the answer to a renegotiation only where it finds HTTP; elsewhere it may leave before the refusal. */
    private int serveHttp() throws Exception {
        return port(get(network()
                .createServer(
                        () -> {
                            RecordingProtocol protocol = new RecordingProtocol();
                            return protocol.onData(data -> {
                                protocol.transport().write(StandardCharsets.US_ASCII.encode(ANSWER));
                                protocol.transport().close();
                            });
                        },
                        Endpoint.of("tcp", HOST, 0),
                        ServerOptions.DEFAULTS.with(ServerOptions.TLS, serverTls()))));
    }
}
