// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.api.network.dto.LoopDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ProtocolDTO;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.network.dto.VersionDTO;
import dev.turnout.testkit.Spec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TurnoutCommandsTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);

    private final NetworkDTO network = new NetworkDTO();
    private final TurnoutCommands commands =
            new TurnoutCommands(() -> CompletableFuture.completedFuture(network), Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void saysWhatToDoWhenThereIsNothing() {
        assertTrue(Printed.by(commands::servers).contains("dev.turnout.server~NAME.cfg"));
        assertTrue(Printed.by(commands::connections).contains("turnout:servers"));
        assertTrue(Printed.by(commands::protocols).contains("dev.turnout.protocol.echo"));
        assertTrue(Printed.by(commands::loops).contains("dev.turnout.core"));
    }

    @Test
    void alignsServersAndTellsWhatIsWrong() {
        network.servers =
                new ServerDTO[] {server("echo", "echo", 3, "127.0.0.1:8888"), server("", "", 12, "/run/app.sock")};
        FailedDTO failed = new FailedDTO();
        failed.name = "chat";
        failed.property = "backlog";
        failed.value = "many";
        failed.reason = "expected a whole number";
        network.failed = new FailedDTO[] {failed};

        String text = Printed.by(commands::servers);

        assertEquals("""
                NAME  PROTOCOL  VERSION  #CONN  #TOTAL  STATE    WHERE
                echo  echo      -            3       7  serving  127.0.0.1:8888
                -     -         -           12       7  serving  /run/app.sock

                chat is not as configured: backlog = many
                  expected a whole number""", text);
    }

    @Test
    @Spec("SWITCH-55")
    void showsVersionsAndWhatBecameOfConnections() {
        ServerDTO line = server("line", "line", 5, "127.0.0.1:8889");
        line.switched = 40;
        line.failed = 2;
        line.rolledBack = 1;
        VersionDTO first = version("dev.turnout.protocol.line 1.0.0", 2);
        first.drainsUntil = NOW.toEpochMilli() + 12_000;
        VersionDTO gone = version("dev.turnout.protocol.line 0.9.0", 0);
        VersionDTO second = version("dev.turnout.protocol.line 1.1.0", 3);
        second.inCharge = true;
        second.switchedTo = 3;
        line.versions = new VersionDTO[] {gone, first, second};
        ServerDTO echo = server("echo", "echo", 1, "127.0.0.1:8888");
        echo.parked = 1;
        echo.failedHandshakes = 6;
        network.servers = new ServerDTO[] {echo, line};

        String text = Printed.by(commands::servers);

        assertEquals("""
                NAME  PROTOCOL  VERSION  #CONN  #TOTAL  STATE    WHERE
                echo  echo      -            1       7  serving  127.0.0.1:8888
                line  line      1.1.0        5       7  serving  127.0.0.1:8889

                SERVER  #CONN  #BEGUN  #SWITCHED TO  STATE                             VERSION
                line        2       9             0  drains until 13:46:52 (12s left)  dev.turnout.protocol.line 1.0.0
                line        3       9             3  in charge                         dev.turnout.protocol.line 1.1.0

                echo: 1 parked, 6 failed handshakes
                line: 40 switched, 2 not switched, 1 rolled back, 2 draining""", text);
    }

    @Test
    void alignsConnections() {
        ConnectionDTO connection = new ConnectionDTO();
        connection.id = 17;
        connection.server = "echo";
        connection.loop = "turnout-0";
        connection.protocol = "dev.turnout.protocol.echo.EchoProtocol";
        connection.peer = "127.0.0.1:40000";
        connection.since = NOW.toEpochMilli() - 125_000;
        network.connections = new ConnectionDTO[] {connection};

        String text = Printed.by(commands::connections);

        assertEquals("""
                #ID  SERVER  LOOP       #AGE  #QUEUED  PROTOCOL               PEER
                 17  echo    turnout-0    2m        0  EchoProtocol (paused)  127.0.0.1:40000""", text);
    }

    @Test
    void showsCipherAndCertificateOfSecuredConnections() {
        ConnectionDTO plain = new ConnectionDTO();
        plain.id = 3;
        ConnectionDTO secured = new ConnectionDTO();
        secured.id = 17;
        secured.cipher = "TLSv1.3 TLS_AES_256_GCM_SHA384";
        secured.certificateEnds = NOW.toEpochMilli() + 89L * 24 * 3_600_000 + 1;
        network.connections = new ConnectionDTO[] {plain, secured};

        String text = Printed.by(commands::connections);

        assertEquals("""
                #ID  #CERTIFICATE ENDS IN  CIPHER
                 17                   89d  TLSv1.3 TLS_AES_256_GCM_SHA384""", text.substring(text.indexOf("\n\n") + 2));
    }

    @Test
    void countsTheDatagramsOfEndpoints() {
        ConnectionDTO stream = new ConnectionDTO();
        stream.id = 3;
        ConnectionDTO endpoint = new ConnectionDTO();
        endpoint.id = 17;
        endpoint.datagramsReceived = 1200;
        endpoint.datagramsSent = 1199;
        endpoint.datagramsDropped = 1;
        network.connections = new ConnectionDTO[] {stream, endpoint};

        String text = Printed.by(commands::connections);

        assertEquals("""
                #ID  #RECEIVED  #SENT  #DROPPED  #ERRORS
                 17       1200   1199         1        0""", text.substring(text.indexOf("\n\n") + 2));
    }

    @Test
    void listsProtocolsWithTransportsAndFilters() {
        ProtocolDTO protocol = new ProtocolDTO();
        protocol.name = "echo";
        protocol.bundle = "dev.turnout.protocol.echo 1.0.0";
        protocol.servers = new String[] {"a", "b"};
        network.protocols = new ProtocolDTO[] {protocol};
        network.transports = new String[] {"tcp", "unix"};

        String text = Printed.by(commands::protocols);

        assertEquals("""
                NAME  #RANK  BUNDLE                           SERVERS
                echo      0  dev.turnout.protocol.echo 1.0.0  a b

                transports: tcp, unix
                filters:    none""", text);
    }

    @Test
    void listsLoopsWithTheirLag() {
        LoopDTO loop = new LoopDTO();
        loop.name = "turnout-0";
        loop.connections = 2;
        loop.lagNanos = 42_000;
        network.loops = new LoopDTO[] {loop};

        String text = Printed.by(commands::loops);

        assertEquals("""
                NAME       #CONN   #LAG  DEBUG
                turnout-0      2  42 us  off""", text);
    }

    @Test
    void saysSoWhenALoopDoesNotAnswer() {
        TurnoutCommands waiting =
                new TurnoutCommands(() -> CompletableFuture.failedFuture(new IllegalStateException("closed")));

        assertTrue(Printed.by(waiting::loops).contains("closed"));
    }

    private static VersionDTO version(String bundle, int connections) {
        VersionDTO version = new VersionDTO();
        version.protocol = "line";
        version.bundle = bundle;
        version.connections = connections;
        version.begun = 9;
        return version;
    }

    private static ServerDTO server(String name, String protocol, int connections, String where) {
        ServerDTO server = new ServerDTO();
        server.name = name;
        server.protocol = protocol;
        server.connections = connections;
        server.accepted = 7;
        server.state = "serving";
        server.sockets = new String[] {where};
        return server;
    }
}
