// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static java.util.Objects.requireNonNull;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.spi.FileSender;
import dev.turnout.api.spi.PipeRequest;
import dev.turnout.api.spi.ProcessRequest;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WriteTransport;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Is the network as one owner sees it: checks arguments, finds the transport, and hands the operation over to the loop. */
public class BoundNetwork implements Network {

    private static final String TCP = "tcp";
    private static final String UNIX = "unix";

    private final Core core;
    private final Object owner;

    /**
     * Makes a network for one owner.
     *
     * @param owner whose {@code toString} names it in pictures
     */
    public BoundNetwork(Core core, Object owner) {
        this.core = core;
        this.owner = owner;
    }

    /** Ends the servers and connections of this owner. */
    public void release() {
        core.release(owner);
    }

    @Override
    public CompletionStage<Connection<Transport>> createConnection(
            Supplier<? extends BaseProtocol> factory, Endpoint endpoint, ConnectOptions options) {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(options, "options");
        FilterPlan plan = FilterPlan.of(endpoint, options.find(ConnectOptions.TLS));
        ConnectOptions all = Arguments.merge(endpoint, plan, options);
        Arguments.noSock(all, ConnectOptions.SOCK, endpoint);
        return connect(factory, endpoint, Arguments.clientTls(plan, endpoint.host()), all, false);
    }

    @Override
    public CompletionStage<Connection<Transport>> createConnection(
            Supplier<? extends BaseProtocol> factory, @Nullable String host, int port, ConnectOptions options) {
        requireNonNull(options, "options");
        Arguments.connectAddress(host, port, options);
        SocketChannel sock = options.find(ConnectOptions.SOCK);
        Endpoint endpoint =
                sock == null ? Endpoint.of(TCP, host == null ? "" : host, port) : adopted(Arguments.connected(sock));
        FilterPlan plan = FilterPlan.of(endpoint, options.find(ConnectOptions.TLS));
        return connect(factory, endpoint, Arguments.clientTls(plan, host), options, false);
    }

    @Override
    public CompletionStage<Connection<Transport>> createUnixConnection(
            Supplier<? extends BaseProtocol> factory, @Nullable Path path, ConnectOptions options) {
        requireNonNull(options, "options");
        Arguments.path(path, options, ConnectOptions.SOCK);
        SocketChannel sock = options.find(ConnectOptions.SOCK);
        if (sock != null) {
            Arguments.unix(Arguments.connected(sock));
        }
        Endpoint endpoint = path == null ? Endpoint.of(UNIX, "") : unix(path);
        FilterPlan plan = FilterPlan.of(endpoint, options.find(ConnectOptions.TLS));
        return connect(factory, endpoint, Arguments.clientTls(plan, null), options, false);
    }

    @Override
    public CompletionStage<Connection<Transport>> connectAcceptedSocket(
            Supplier<? extends BaseProtocol> factory, SocketChannel channel, ConnectOptions options) {
        requireNonNull(channel, "channel");
        requireNonNull(options, "options");
        Arguments.noSock(options, ConnectOptions.SOCK, "the accepted channel");
        Endpoint endpoint = adopted(Arguments.connected(channel));
        TlsOptions tls = options.find(ConnectOptions.TLS);
        FilterPlan plan = Arguments.serverTls(FilterPlan.of(endpoint, tls), tls);
        return connect(factory, endpoint, plan, options.with(ConnectOptions.SOCK, channel), true);
    }

    /** Returns the endpoint of a channel that is there already: its scheme says who serves it, the rest is not used. */
    private static Endpoint adopted(SocketChannel channel) {
        String scheme = Channels.scheme(channel);
        return scheme.equals(UNIX) ? Endpoint.of(UNIX, "") : Endpoint.of(scheme, "", 0);
    }

    /** Returns the endpoint of a path; only an endpoint's own text can name an abstract address. */
    private static Endpoint unix(Path path) {
        String text = path.toString();
        return Endpoint.of(UNIX, text.startsWith("@") ? "./" + text : text);
    }

    private CompletionStage<Connection<Transport>> connect(
            Supplier<? extends BaseProtocol> factory,
            Endpoint endpoint,
            FilterPlan plan,
            ConnectOptions options,
            boolean serverSide) {
        requireNonNull(factory, "factory");
        SocketChannel sock = options.find(ConnectOptions.SOCK);
        IoLoop loop = Arguments.loop(core.loops, options);
        if (sock != null) {
            core.adopt(sock);
        }
        String what = sock == null ? "connect to " + endpoint : "use " + sock;
        TransportProvider provider;
        try {
            provider = core.transport(endpoint.scheme(), what);
            plan.requireStreams(provider, endpoint);
            plan.require(core.filters, serverSide ? Side.SERVER : Side.CLIENT, what);
        } catch (UnsupportedOperationException | FilterPlan.NotReady missing) {
            core.disown(sock);
            return failed(loop, missing);
        } catch (IllegalArgumentException e) {
            core.disown(sock);
            throw e;
        }
        Connecting connecting = new Connecting(core, loop, provider, endpoint, options, plan, serverSide, what);
        CompletableFuture<Connection<Transport>> result = core.begin(
                owner,
                provider,
                loop,
                () -> connecting.start(factory, owner),
                connection -> connection.transport().abort(),
                () -> Channels.closeQuietly(sock));
        if (sock != null) {
            CompletionStage<Connection<Transport>> over = result;
            over.whenComplete((connection, failure) -> {
                if (failure != null) {
                    core.disown(sock);
                }
            });
        }
        return result;
    }

    @Override
    public CompletionStage<Server> createServer(
            Supplier<? extends BaseProtocol> factory, Endpoint endpoint, ServerOptions options) {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(options, "options");
        FilterPlan plan = FilterPlan.of(endpoint, options.find(ServerOptions.TLS));
        ServerOptions all = Arguments.merge(endpoint, plan, options);
        Arguments.noSock(all, ServerOptions.SOCK, endpoint);
        return listen(factory, endpoint, List.of(), plan, all);
    }

    @Override
    public CompletionStage<Server> createServer(
            Supplier<? extends BaseProtocol> factory, @Nullable List<String> hosts, int port, ServerOptions options) {
        requireNonNull(options, "options");
        Arguments.listenAddress(hosts, port, options);
        ServerSocketChannel sock = options.find(ServerOptions.SOCK);
        List<String> all = hosts == null ? List.of() : List.copyOf(hosts);
        Endpoint endpoint = Endpoint.of(TCP, all.size() == 1 ? all.get(0) : "", Math.max(port, 0));
        if (sock != null && Channels.scheme(Arguments.bound(sock)).equals(UNIX)) {
            endpoint = Endpoint.of(UNIX, "");
        }
        FilterPlan plan = FilterPlan.of(endpoint, options.find(ServerOptions.TLS));
        return listen(factory, endpoint, all.size() > 1 ? all : List.of(), plan, options);
    }

    @Override
    public CompletionStage<Server> createUnixServer(
            Supplier<? extends BaseProtocol> factory, @Nullable Path path, ServerOptions options) {
        requireNonNull(options, "options");
        Arguments.path(path, options, ServerOptions.SOCK);
        ServerSocketChannel sock = options.find(ServerOptions.SOCK);
        if (sock != null) {
            Arguments.unix(Arguments.bound(sock));
        }
        Endpoint endpoint = path == null ? Endpoint.of(UNIX, "") : unix(path);
        return listen(factory, endpoint, List.of(), FilterPlan.of(endpoint, options.find(ServerOptions.TLS)), options);
    }

    private CompletionStage<Server> listen(
            Supplier<? extends BaseProtocol> factory,
            Endpoint endpoint,
            List<String> hosts,
            FilterPlan plan,
            ServerOptions options) {
        requireNonNull(factory, "factory");
        Arguments.serverTls(plan, options.find(ServerOptions.TLS));
        CompletableFuture<ServerEntry> opening;
        try {
            opening = core.listen(owner, "", endpoint, hosts, options, plan, loop -> factory.get(), server -> {});
        } catch (UnsupportedOperationException | FilterPlan.NotReady missing) {
            return failed(core.loops.choose(), missing);
        }
        return Derived.of(opening, ServerEntry::server);
    }

    @Override
    public CompletionStage<Connection<DatagramTransport>> createDatagramEndpoint(
            Supplier<? extends BaseProtocol> factory,
            @Nullable SocketAddress localAddr,
            @Nullable SocketAddress remoteAddr,
            DatagramOptions options) {
        requireNonNull(factory, "factory");
        requireNonNull(options, "options");
        Arguments.datagram(localAddr, remoteAddr, options);
        Object at = remoteAddr != null ? remoteAddr : localAddr != null ? localAddr : "any address";
        return open(
                "udp",
                "open a datagram endpoint of " + at,
                (provider, place) -> provider.openDatagram(
                        new DatagramRequest(place.loop, localAddr, remoteAddr, options, factory, place.origin)),
                DatagramTransport::abort,
                options.find(DatagramOptions.SOCK));
    }

    @Override
    public CompletionStage<Connection<ReadTransport>> connectReadPipe(
            Supplier<? extends BaseProtocol> factory, Channel pipe) {
        requireNonNull(factory, "factory");
        if (!(requireNonNull(pipe, "pipe") instanceof ReadableByteChannel)) {
            throw new IllegalArgumentException("the reading end of a pipe must be readable: " + pipe);
        }
        return open(
                "pipe",
                "read the pipe " + pipe,
                (provider, place) -> provider.connectReadPipe(new PipeRequest(place.loop, pipe, factory, place.origin)),
                ReadTransport::close,
                pipe);
    }

    @Override
    public CompletionStage<Connection<WriteTransport>> connectWritePipe(
            Supplier<? extends BaseProtocol> factory, Channel pipe) {
        requireNonNull(factory, "factory");
        if (!(requireNonNull(pipe, "pipe") instanceof WritableByteChannel)) {
            throw new IllegalArgumentException("the writing end of a pipe must be writable: " + pipe);
        }
        return open(
                "pipe",
                "write the pipe " + pipe,
                (provider, place) ->
                        provider.connectWritePipe(new PipeRequest(place.loop, pipe, factory, place.origin)),
                WriteTransport::abort,
                pipe);
    }

    @Override
    public CompletionStage<Connection<SubprocessTransport>> subprocessExec(
            Supplier<? extends BaseProtocol> factory, List<String> program, ProcessOptions options) {
        requireNonNull(factory, "factory");
        requireNonNull(options, "options");
        if (program.isEmpty()) {
            throw new IllegalArgumentException("the program is missing");
        }
        return open(
                "process",
                "start " + program.get(0),
                (provider, place) ->
                        provider.spawn(new ProcessRequest(place.loop, program, options, factory, place.origin)),
                SubprocessTransport::close,
                null);
    }

    @Override
    public CompletionStage<Connection<SubprocessTransport>> subprocessShell(
            Supplier<? extends BaseProtocol> factory, String command, ProcessOptions options) {
        return subprocessExec(factory, List.of("/bin/sh", "-c", requireNonNull(command, "command")), options);
    }

    /** Says where something that is no stream will live. */
    private record Place(IoLoop loop, Origin origin) {}

    private <T extends BaseTransport> CompletionStage<Connection<T>> open(
            String scheme,
            String what,
            BiFunction<TransportProvider, Place, CompletionStage<Connection<T>>> how,
            java.util.function.Consumer<T> undo,
            @Nullable Channel given) {
        IoLoop loop = core.loops.choose();
        TransportProvider provider;
        try {
            provider = core.transport(scheme, what);
        } catch (UnsupportedOperationException missing) {
            return failed(loop, missing);
        }
        Place place = new Place(loop, new Origin(core, owner, scheme, provider, null));
        return core.begin(
                owner,
                provider,
                loop,
                () -> how.apply(provider, place),
                connection -> undo.accept(connection.transport()),
                () -> Channels.closeQuietly(given));
    }

    @Override
    public CompletionStage<Transport> startTls(
            Transport transport, BaseProtocol protocol, TlsOptions options, boolean serverSide, byte[] unread) {
        return Upgrade.start(core, transport, protocol, options, serverSide, unread);
    }

    @Override
    public CompletionStage<Long> sendfile(
            Transport transport, FileChannel file, long offset, long count, boolean fallback) {
        requireNonNull(file, "file");
        IoLoop loop = (IoLoop) requireNonNull(transport, "transport").loop();
        loop.checkThread();
        Arguments.filePart(file, offset, count);
        if (transport.isClosing() || transport.getProtocol() == null) {
            throw new IllegalStateException("cannot send a file: the transport is closing: " + transport);
        }
        if (!(transport instanceof FileSender sender)) {
            throw new UnsupportedOperationException(
                    "this kind of transport sends no files; read the file and write it: " + transport);
        }
        if (!fallback && !sender.hasSystemSend()) {
            return failed(
                    loop,
                    new UnsupportedOperationException("the system cannot send a file over " + transport
                            + "; allow the fallback to read and write it"));
        }
        return sender.sendfile(file, offset, count);
    }

    private static <T> CompletionStage<T> failed(IoLoop loop, Throwable failure) {
        CompletableFuture<T> result = loop.createFuture();
        if (loop.inLoop()) {
            result.completeExceptionally(failure);
        } else {
            loop.callSoonThreadsafe(() -> result.completeExceptionally(failure));
        }
        return result;
    }
}
