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
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
        assertTrue(printed(commands::servers).contains("dev.turnout.server~NAME.cfg"));
        assertTrue(printed(commands::connections).contains("turnout:servers"));
        assertTrue(printed(commands::protocols).contains("dev.turnout.protocol.echo"));
        assertTrue(printed(commands::loops).contains("dev.turnout.core"));
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

        String text = printed(commands::servers);

        assertEquals("""
                NAME  PROTOCOL  #CONN  #TOTAL  STATE    WHERE
                echo  echo          3       7  serving  127.0.0.1:8888
                -     -            12       7  serving  /run/app.sock

                chat is not as configured: backlog = many
                  expected a whole number""", text);
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

        String text = printed(commands::connections);

        assertEquals("""
                #ID  SERVER  LOOP       #AGE  #QUEUED  PROTOCOL               PEER
                 17  echo    turnout-0    2m        0  EchoProtocol (paused)  127.0.0.1:40000""", text);
    }

    @Test
    void listsProtocolsWithTransportsAndFilters() {
        ProtocolDTO protocol = new ProtocolDTO();
        protocol.name = "echo";
        protocol.bundle = "dev.turnout.protocol.echo 1.0.0";
        protocol.servers = new String[] {"a", "b"};
        network.protocols = new ProtocolDTO[] {protocol};
        network.transports = new String[] {"tcp", "unix"};

        String text = printed(commands::protocols);

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

        String text = printed(commands::loops);

        assertEquals("""
                NAME       #CONN   #LAG  DEBUG
                turnout-0      2  42 us  off""", text);
    }

    @Test
    void saysSoWhenALoopDoesNotAnswer() {
        TurnoutCommands waiting =
                new TurnoutCommands(() -> CompletableFuture.failedFuture(new IllegalStateException("closed")));

        assertTrue(printed(waiting::loops).contains("closed"));
    }

    /** Returns what a command prints, without the end of the last line. */
    private static String printed(Runnable command) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            command.run();
        } finally {
            System.setOut(before);
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.endsWith(System.lineSeparator()), text);
        return text.substring(0, text.length() - System.lineSeparator().length());
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
