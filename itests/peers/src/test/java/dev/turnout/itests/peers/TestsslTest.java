// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** testssl.sh judges a server of ours with its defaults: protocols, ciphers, certificate, forward secrecy and the known attacks. */
class TestsslTest extends PeerCase {

    private static final Pattern FINDING = Pattern.compile(
            "\"id\"\\s*:\\s*\"([^\"]*)\"[^}]*?\"severity\"\\s*:\\s*\"([^\"]*)\"[^}]*?\"finding\"\\s*:\\s*\"([^\"]*)\"");
    /**
     * What is not about the server: the test's certificate comes from no authority that could take it back; and the client that asks for a
     * renegotiation may have gone before the refusal reaches it, which {@link OpensslClientTest} waits for.
     */
    private static final Set<String> NOT_ABOUT_US = Set.of("cert_revocation", "secure_client_renego");

    private static final List<String> ABOVE_LOW = List.of("MEDIUM", "HIGH", "CRITICAL", "FATAL");

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void findsNothingAboveLow() throws Exception {
        Program.needs("testssl");
        Echo server = serveEcho(serverTls());
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
                "localhost:" + server.port()))) {
            testssl.exitCode(Duration.ofMinutes(10));

            List<MatchResult> findings =
                    FINDING.matcher(Files.readString(report)).results().toList();
            assertTrue(findings.size() > 50, testssl::said);
            assertEquals(
                    List.of(),
                    findings.stream()
                            .filter(finding -> ABOVE_LOW.contains(finding.group(2)))
                            .filter(finding -> !NOT_ABOUT_US.contains(finding.group(1)))
                            .map(finding -> finding.group(1) + ": " + finding.group(3))
                            .toList());
        }
    }
}
