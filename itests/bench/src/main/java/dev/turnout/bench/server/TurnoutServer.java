// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.core.Loops;
import dev.turnout.network.Networks;
import dev.turnout.protocol.echo.EchoFactory;
import dev.turnout.protocol.echo.EchoProtocol;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves echo by Turnout on one loop, with the protocol of its echo bundle. */
public final class TurnoutServer implements AutoCloseable {

    private static final ServerOptions OPTIONS = ServerOptions.DEFAULTS
            .with(ServerOptions.BACKLOG, Address.BACKLOG)
            .with(ServerOptions.MAX_CONNECTIONS, 100_000)
            .with(ServerOptions.MAX_CONNECTIONS_PER_ADDRESS, 100_000);

    private final Loops loops = new Loops(1);
    private final Networks networks = Networks.of(loops, List.of(new TcpProvider(), new UnixProvider()))
            .with("echo", new EchoFactory())
            .with("echo-again", new EchoFactory());
    private final SocketAddress address;

    /** Listens. */
    public TurnoutServer(SocketAddress wanted) {
        CompletionStage<Server> listening = wanted instanceof UnixDomainSocketAddress unix
                ? networks.network().createUnixServer(EchoProtocol::new, unix.getPath(), OPTIONS)
                : networks.network()
                        .createServer(
                                EchoProtocol::new,
                                List.of("127.0.0.1"),
                                ((InetSocketAddress) wanted).getPort(),
                                OPTIONS);
        Server server = listening.toCompletableFuture().join();
        // the listening sockets are asked on their loop
        address = CompletableFuture.supplyAsync(
                        () -> Objects.requireNonNull(server.sockets().get(0).getsockname()), server.loop())
                .join();
    }

    /** Serves at the address of the first argument; with {@code switching} as the second one, switches all connections every 100 ms. */
    public static void main(String[] args) throws IOException {
        TurnoutServer server = new TurnoutServer(Address.parse(args[0]));
        if (args.length > 1 && args[1].equals("switching")) {
            Switching switching = Switching.every100Millis(server.networks);
            Serving.serve(server.address, Map.of("switches", switching::done, "failedSwitches", switching::failed));
        } else {
            Serving.serve(server.address);
        }
    }

    /** Returns where it listens. */
    public SocketAddress address() {
        return address;
    }

    /** Returns the thread that serves. */
    public Thread thread() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        loops.next().execute(() -> thread.complete(Thread.currentThread()));
        return thread.join();
    }

    @Override
    public void close() {
        networks.close();
        loops.close();
    }
}
