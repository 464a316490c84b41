// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.bench.run.Keys;
import dev.turnout.bench.run.Lines;
import dev.turnout.bench.server.TurnoutServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsLoadTest {

    private static final int AT_A_TIME = 4;
    private static final double MOST_SECONDS = 30;

    @TempDir
    static Path folder;

    private static Path keys;

    private TurnoutServer server;

    @BeforeAll
    static void makeKeys() throws Exception {
        keys = Keys.file(Path.of(System.getProperty("java.home")), folder);
    }

    @BeforeEach
    void listen() throws Exception {
        server = new TurnoutServer("tls:" + keys);
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void verifiesMessagesOfSeveralRecords() throws Exception {
        Map<String, Double> result = run("tls-echo", 64 * 1024, 0.5);

        double messages = result.get("total");
        assertTrue(messages > 0, result::toString);
        assertEquals(messages * 64 * 1024, result.get("verifiedBytes"), result::toString);
    }

    @Test
    void fullHandshakesShowTheCertificateEachTime() throws Exception {
        Map<String, Double> result = runUntilPlacesAreUsedAgain("tls-full");

        assertEquals(result.get("total"), result.get("certificates"), result::toString);
    }

    @Test
    void resumedSessionsShowNoCertificate() throws Exception {
        Map<String, Double> result = runUntilPlacesAreUsedAgain("tls-resumed");

        assertEquals(AT_A_TIME, result.get("certificates"), result::toString);
    }

    /** Runs longer and longer, as the first handshakes of a JVM take long: more than one at each place are needed. */
    private Map<String, Double> runUntilPlacesAreUsedAgain(String what) throws Exception {
        Map<String, Double> result = run(what, 64, 0.5);
        for (double seconds = 1; result.get("total") <= AT_A_TIME; seconds *= 2) {
            assertTrue(seconds < MOST_SECONDS, result::toString);
            result = run(what, 64, seconds);
        }
        return result;
    }

    private Map<String, Double> run(String what, int size, double seconds) throws Exception {
        Tally tally = new Tally();
        Order order = new Order(what, server.address(), size, AT_A_TIME, 1, seconds, 0);
        try (Work load = Load.work(order, tally)) {
            load.run(new Load.Alone());
        }
        assertEquals(0, tally.errors(), tally::json);
        return Lines.numbers(tally.json());
    }
}
