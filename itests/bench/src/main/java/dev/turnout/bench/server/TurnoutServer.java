// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.bench.peer.Peers;
import dev.turnout.bench.wire.Contexts;
import dev.turnout.core.Loops;
import dev.turnout.filter.tls.TlsFilterProvider;
import dev.turnout.network.Networks;
import dev.turnout.protocol.echo.DatagramEchoProtocol;
import dev.turnout.protocol.echo.EchoFactory;
import dev.turnout.protocol.echo.EchoProtocol;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.udp.UdpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.security.Provider;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/** Serves echo by Turnout with the protocols of its echo bundle: over TCP, unix sockets, TLS, and of datagrams; and message by message. */
public final class TurnoutServer implements AutoCloseable {

    private static final ServerOptions OPTIONS = ServerOptions.DEFAULTS
            .with(ServerOptions.BACKLOG, Address.BACKLOG)
            .with(ServerOptions.MAX_CONNECTIONS, 100_000)
            .with(ServerOptions.MAX_CONNECTIONS_PER_ADDRESS, 100_000);

    private static final String LOOPS = "loops=";

    private final Loops loops;
    private final Networks networks;
    private final SocketAddress address;

    /** Listens at an address as {@link Address} writes it, with one loop and the JDK's engine. */
    public TurnoutServer(String where) throws IOException {
        this(where, 1, null);
    }

    private TurnoutServer(String where, int count, @Nullable Provider provider) throws IOException {
        loops = new Loops(count);
        networks = Networks.of(loops, List.of(new TcpProvider(), new UnixProvider(), new UdpProvider()))
                .with(new TlsFilterProvider())
                .with("echo", new EchoFactory())
                .with("echo-again", new EchoFactory());
        address = switch (Address.kind(where)) {
            case "udp" -> datagrams(where);
            case "tls" -> listen(where, tls(where, provider));
            default -> listen(where, OPTIONS);
        };
    }

    private static ServerOptions tls(String where, @Nullable Provider provider) throws IOException {
        return OPTIONS.with(
                ServerOptions.TLS,
                TlsOptions.DEFAULTS
                        .with(TlsOptions.CONTEXT, Contexts.server(Path.of(Address.rest(where)), provider))
                        .with(TlsOptions.PROTOCOLS, List.of(Contexts.VERSION)));
    }

    private SocketAddress listen(String where, ServerOptions options) {
        SocketAddress wanted = Address.parse(where);
        Supplier<BaseProtocol> protocol = switch (Address.kind(where)) {
            case Peers.MESSAGES -> MessageEcho::new;
            case Peers.WORKING_LOOPS -> WorkingEcho::new;
            default -> EchoProtocol::new;
        };
        CompletionStage<Server> listening = wanted instanceof UnixDomainSocketAddress unix
                ? networks.network().createUnixServer(protocol, unix.getPath(), options)
                : networks.network()
                        .createServer(protocol, List.of("127.0.0.1"), ((InetSocketAddress) wanted).getPort(), options);
        Server server = listening.toCompletableFuture().join();
        // the listening sockets are asked on their loop
        return CompletableFuture.supplyAsync(
                        () -> Objects.requireNonNull(server.sockets().get(0).getsockname()), server.loop())
                .join();
    }

    private SocketAddress datagrams(String where) {
        DatagramTransport socket = networks.network()
                .createDatagramEndpoint(
                        DatagramEchoProtocol::new,
                        Address.parse(where),
                        null,
                        DatagramOptions.DEFAULTS.with(DatagramOptions.RECEIVE_BATCH, BareDatagrams.BATCH))
                .toCompletableFuture()
                .join()
                .transport();
        return CompletableFuture.supplyAsync(
                        () -> socket.getExtraInfo(ExtraInfo.SOCKNAME).orElseThrow(), socket.loop())
                .join();
    }

    /**
     * Serves at the address of the first argument; as the second one says: {@code switching} all connections every 100 ms, with {@code conscrypt} as
     * the engine of TLS, or on {@code loops=2}.
     */
    public static void main(String[] args) throws IOException {
        String way = args.length > 1 ? args[1] : "";
        boolean conscrypt = way.equals("conscrypt");
        if (conscrypt && !Conscrypt.isAvailable()) {
            Serving.unavailable("Conscrypt has no library for this machine");
        }
        int count = way.startsWith(LOOPS) ? Integer.parseInt(way.substring(LOOPS.length())) : 1;
        TurnoutServer server = new TurnoutServer(args[0], count, conscrypt ? Conscrypt.newProvider() : null);
        if (way.equals("switching")) {
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
