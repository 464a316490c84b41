// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.network.dto.LoopDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.network.dto.ProtocolDTO;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Shows servers, connections, protocols and loops as tables of text. Each command prints its text: what a command returns, shells print for people
 * only, not for scripts. The shell has put the stream of its session behind {@code System.out}.
 */
@Component(
        service = TurnoutCommands.class,
        property = {
            "osgi.command.scope=turnout",
            "osgi.command.function=servers",
            "osgi.command.function=connections",
            "osgi.command.function=protocols",
            "osgi.command.function=loops"
        })
public final class TurnoutCommands {

    private static final String SERVERS = "lists the servers, and what is wrong with configured ones";
    private static final String CONNECTIONS = "lists the open connections";
    private static final String PROTOCOLS = "lists the protocols, transports and filters that are present";
    private static final String LOOPS = "lists the loops, with their load and lag";
    private static final long PATIENCE_SECONDS = 5;
    private static final long NANOS_PER_MICRO = 1000;

    private final NetworkRuntime runtime;
    private final Clock clock;

    /** Makes the commands over a network. */
    @Activate
    public TurnoutCommands(@Reference NetworkRuntime runtime) {
        this(runtime, Clock.system(ZoneId.systemDefault()));
    }

    TurnoutCommands(NetworkRuntime runtime, Clock clock) {
        this.runtime = runtime;
        this.clock = clock;
    }

    /** Lists the servers, and what keeps configured ones from being as they should. */
    @Descriptor(SERVERS)
    public void servers(@Descriptor("nothing") String... arguments) {
        show("turnout:servers", SERVERS, arguments, this::servers);
    }

    /** Lists the open connections. */
    @Descriptor(CONNECTIONS)
    public void connections(@Descriptor("nothing") String... arguments) {
        show("turnout:connections", CONNECTIONS, arguments, this::connections);
    }

    /** Lists the protocols that servers can name, and the transports and filters that endpoints can. */
    @Descriptor(PROTOCOLS)
    public void protocols(@Descriptor("nothing") String... arguments) {
        show("turnout:protocols", PROTOCOLS, arguments, TurnoutCommands::protocols);
    }

    /** Lists the loops, with their load and how long a callback waits. */
    @Descriptor(LOOPS)
    public void loops(@Descriptor("nothing") String... arguments) {
        show("turnout:loops", LOOPS, arguments, TurnoutCommands::loops);
    }

    private String servers(NetworkDTO network) {
        return new ServersText(network, clock).toString();
    }

    private String connections(NetworkDTO network) {
        if (network.connections.length == 0) {
            return "No connection is open. The command turnout:servers shows where to connect to.";
        }
        Table table = new Table("#ID", "SERVER", "LOOP", "#AGE", "#QUEUED", "PROTOCOL", "PEER");
        Table secured = new Table("#ID", "#CERTIFICATE ENDS IN", "CIPHER");
        boolean anySecured = false;
        Table datagrams = new Table("#ID", "#RECEIVED", "#SENT", "#DROPPED", "#ERRORS");
        boolean anyDatagrams = false;
        long now = clock.millis();
        for (ConnectionDTO connection : network.connections) {
            table.row(
                    connection.id,
                    connection.server,
                    connection.loop,
                    Times.span(now - connection.since),
                    connection.writeBuffer,
                    connection.protocol.substring(connection.protocol.lastIndexOf('.') + 1)
                            + (connection.reading ? "" : " (paused)"),
                    connection.peer.isEmpty() ? connection.scheme : connection.peer);
            if (hasDatagrams(connection)) {
                anyDatagrams = true;
                datagrams.row(
                        connection.id,
                        connection.datagramsReceived,
                        connection.datagramsSent,
                        connection.datagramsDropped,
                        connection.datagramErrors);
            }
            if (!connection.cipher.isEmpty()) {
                anySecured = true;
                secured.row(
                        connection.id,
                        connection.certificateEnds == 0 ? "" : Times.span(connection.certificateEnds - now),
                        connection.cipher);
            }
        }
        return table + (anySecured ? "\n\n" + secured : "") + (anyDatagrams ? "\n\n" + datagrams : "");
    }

    private static boolean hasDatagrams(ConnectionDTO connection) {
        return connection.datagramsReceived != 0
                || connection.datagramsSent != 0
                || connection.datagramsDropped != 0
                || connection.datagramErrors != 0;
    }

    private static String protocols(NetworkDTO network) {
        StringBuilder text = new StringBuilder();
        if (network.protocols.length == 0) {
            text.append("No protocol is present. Install a bundle with one, such as dev.turnout.protocol.echo.");
        } else {
            Table table = new Table("NAME", "#RANK", "BUNDLE", "SERVERS");
            for (ProtocolDTO protocol : network.protocols) {
                table.row(protocol.name, protocol.ranking, protocol.bundle, String.join(" ", protocol.servers));
            }
            text.append(table);
        }
        text.append("\n\ntransports: ").append(names(network.transports));
        return text.append("\nfilters:    ").append(names(network.filters)).toString();
    }

    private static String names(String[] names) {
        return names.length == 0 ? "none" : String.join(", ", names);
    }

    private static String loops(NetworkDTO network) {
        if (network.loops.length == 0) {
            return "No loop is running. Start the bundle dev.turnout.core.";
        }
        Table table = new Table("NAME", "#CONN", "#LAG", "DEBUG");
        Arrays.stream(network.loops)
                .forEach((LoopDTO loop) -> table.row(
                        loop.name,
                        loop.connections,
                        loop.lagNanos / NANOS_PER_MICRO + " us",
                        loop.debug ? "on" : "off"));
        return table.toString();
    }

    private void show(String command, String does, String[] arguments, Function<NetworkDTO, String> how) {
        Usage.isEnough(arguments, 0, 0, command + " takes nothing", command + " - " + does);
        System.out.println(text(how));
    }

    private String text(Function<NetworkDTO, String> how) {
        try {
            return how.apply(runtime.snapshot().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            return "A loop has not answered for " + PATIENCE_SECONDS
                    + " s: a callback blocks it. Switch on its debug mode to find out which.";
        } catch (ExecutionException e) {
            return "The network cannot be shown: " + e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
