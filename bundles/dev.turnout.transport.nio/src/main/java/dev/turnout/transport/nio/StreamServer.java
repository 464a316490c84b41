// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.network.Effect;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.Releasable;
import dev.turnout.api.transport.SocketView;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections at one or more addresses and spreads them over a group of loops.
 *
 * <pre>
 *   bound --startServing--&gt; serving --close--&gt; closed --last connection ended--&gt; waitClosed completes
 * </pre>
 *
 * <p>Thread: the server's loop; what happens on the loops of its connections goes through {@link ServerConnections}.
 *
 * @see "section 15"
 */
public final class StreamServer implements Server, LoopResource, Releasable {

    private final IoLoop loop;
    private final ListenRequest request;
    /** Null when the server has handed its sockets on, as its connections must not keep an old version of the transport in memory. */
    private volatile @Nullable SocketKind kind;

    private final ServerConnections connections;
    private final List<BoundSocket<SocketChannel>> reserved = new ArrayList<>();
    private final List<Acceptor> acceptors = new ArrayList<>();
    private final List<CompletableFuture<Void>> waiters = new ArrayList<>();
    private volatile ServerOptions options;
    private volatile StreamSettings settings;
    private @Nullable CompletableFuture<Void> forever;
    private boolean serving;
    private boolean suspended;
    private volatile boolean closed;

    /** Whether it was closed by handing its sockets on, so that what it had accepted before still begins. */
    private volatile boolean released;

    private StreamServer(ListenRequest request, SocketKind kind) {
        this.loop = request.loop();
        this.request = request;
        this.kind = kind;
        this.options = request.options();
        this.settings = StreamSettings.of(request.options());
        this.connections = new ServerConnections(request.observer(), this::connectionEnded);
    }

    /**
     * Binds all addresses, or none, and serves them if the options say so. On the request's loop.
     *
     * @throws IOException naming the address that could not be bound
     * @see "SERVER-2, SERVER-7, SERVER-8"
     */
    public static StreamServer listen(
            ListenRequest request, SocketKind kind, Collection<? extends SocketAddress> addresses) throws IOException {
        request.loop().checkThread();
        StreamServer server = new StreamServer(request, kind);
        try {
            server.bind(addresses);
        } catch (IOException | RuntimeException e) {
            server.releaseAddresses();
            throw e;
        }
        request.loop().attach(server);
        return server;
    }

    /**
     * Serves the channels of the request's options, if it has some: they were bound elsewhere and belong to the server from now on.
     *
     * @return the server, or null if the request asks for an address
     * @throws IllegalArgumentException if a channel is not of this kind, or not bound
     * @see "SERVER-6, UNIX-9, SWITCH-48"
     */
    public static @Nullable StreamServer adopt(ListenRequest request, SocketKind kind) throws IOException {
        ServerSocketChannel sock = request.options().find(ServerOptions.SOCK);
        List<NetworkChannel> channels = sock == null ? request.options().find(ServerOptions.LISTENERS) : List.of(sock);
        return channels == null ? null : adopt(request, kind, channels);
    }

    private static StreamServer adopt(ListenRequest request, SocketKind kind, List<? extends NetworkChannel> channels)
            throws IOException {
        request.loop().checkThread();
        StreamServer server = new StreamServer(request, kind);
        for (NetworkChannel one : channels) {
            if (!(one instanceof ServerSocketChannel channel)) {
                throw new IllegalArgumentException("a server of streams cannot use " + one + ", which does not listen");
            }
            BoundSocket<ServerSocketChannel> socket = kind.adopt(channel, request.options());
            channel.configureBlocking(false);
            server.add(socket);
        }
        if (request.options().get(ServerOptions.START_SERVING)) {
            server.openUp();
        }
        request.loop().attach(server);
        return server;
    }

    private SocketKind kind() {
        return Objects.requireNonNull(kind, "the server has handed its sockets on");
    }

    private void bind(Collection<? extends SocketAddress> addresses) throws IOException {
        boolean serveNow = options.get(ServerOptions.START_SERVING);
        List<String> lacking = new ArrayList<>();
        for (SocketAddress address : addresses) {
            try {
                if (serveNow) {
                    add(kind().listen(loop.provider(), address, options));
                } else {
                    reserved.add(kind().reserve(loop.provider(), address, options));
                }
            } catch (UnsupportedOperationException | UnsupportedAddressTypeException e) {
                lacking.add(address + " (" + e.getMessage() + ")");
            } catch (IOException e) {
                throw SystemErrors.classify("cannot listen at " + kind().scheme() + " " + address, e);
            }
        }
        if (acceptors.isEmpty() && reserved.isEmpty()) {
            throw new IOException("cannot listen at " + request.endpoint() + ": this machine lacks the family of "
                    + (lacking.isEmpty() ? "every address" : String.join(", ", lacking)));
        }
        if (serveNow) {
            openUp();
        }
    }

    private void add(BoundSocket<ServerSocketChannel> socket) throws IOException {
        try {
            acceptors.add(new Acceptor(loop, kind(), socket, this, options.get(ServerOptions.BACKLOG)));
        } catch (RuntimeException e) {
            if (!(e instanceof IllegalStateException)) {
                socket.channel().close();
            }
            throw e;
        }
    }

    private void openUp() {
        serving = true;
        update();
    }

    /** Opens or shuts the acceptors, as state and limits want it. */
    private void update() {
        boolean wanted = serving && !suspended && connections.count() < options.get(ServerOptions.MAX_CONNECTIONS);
        acceptors.forEach(acceptor -> acceptor.setOpen(wanted));
    }

    // --- accepting

    /** Takes a connection in; on the server's loop. */
    void accepted(SocketChannel channel) {
        SocketAddress peer = ChannelView.remoteAddress(channel);
        if (!connections.enter(peer, options.get(ServerOptions.MAX_CONNECTIONS_PER_ADDRESS))) {
            closeQuietly(channel);
            return;
        }
        if (connections.count() >= options.get(ServerOptions.MAX_CONNECTIONS)) {
            update();
        }
        IoLoop target = request.group().next();
        if (target == loop) {
            begin(target, channel, peer);
            return;
        }
        try {
            target.execute(() -> begin(target, channel, peer));
        } catch (IllegalStateException closedLoop) {
            refuse(channel, peer);
            report("cannot hand a connection to loop " + target.name(), closedLoop);
        }
    }

    /** Begins a connection; on the connection's own loop. */
    private void begin(IoLoop target, SocketChannel channel, @Nullable SocketAddress peer) {
        if (closed && !released) {
            refuse(channel, peer);
            return;
        }
        try {
            channel.configureBlocking(false);
            kind().configure(channel, options);
        } catch (IOException clientIsGone) {
            refuse(channel, peer);
            return;
        } catch (Throwable e) {
            failed(
                    target,
                    channel,
                    peer,
                    "a connection to " + request.endpoint() + " cannot be set up; it is closed",
                    e);
            return;
        }
        StreamChannelTransport transport;
        try {
            BaseProtocol protocol =
                    Objects.requireNonNull(request.factory().apply(target), "the factory returned null");
            transport = StreamChannelTransport.of(
                    target, channel, peer, kind().scheme(), Direction.BOTH, protocol, settings, connections);
        } catch (Throwable e) {
            failed(
                    target,
                    channel,
                    peer,
                    "the factory of " + request.endpoint() + " failed; the connection is closed",
                    e);
            return;
        }
        try {
            transport.begin();
        } catch (Throwable e) {
            if (connections.has(transport)) {
                throw e; // it goes on: its protocol ran out of memory, and that is reported
            }
            failed(target, channel, peer, "a connection to " + request.endpoint() + " cannot begin; it is closed", e);
        }
    }

    private void failed(
            IoLoop target, SocketChannel channel, @Nullable SocketAddress peer, String message, Throwable e) {
        refuse(channel, peer);
        target.callExceptionHandler(ErrorContext.of(message, e));
        if (e instanceof OutOfMemoryError fatal) {
            throw fatal;
        }
    }

    private void refuse(SocketChannel channel, @Nullable SocketAddress peer) {
        closeQuietly(channel);
        connections.leave(peer);
    }

    private void report(String message, Throwable e) {
        loop.callExceptionHandler(ErrorContext.of(message, e));
    }

    private static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            Logs.of(StreamServer.class.getName()).log(System.Logger.Level.DEBUG, "cannot close", e);
        }
    }

    /** Is told, on any loop, that a connection has ended. */
    private void connectionEnded() {
        if (loop.inLoop()) {
            afterEnd();
        } else if (!loop.isClosed()) {
            try {
                loop.execute(this::afterEnd);
            } catch (IllegalStateException closedMeanwhile) {
                Logs.of(StreamServer.class.getName())
                        .log(System.Logger.Level.DEBUG, "a connection outlived its server's loop", closedMeanwhile);
            }
        }
    }

    private void afterEnd() {
        if (!closed) {
            update();
        } else if (connections.count() == 0) {
            List<CompletableFuture<Void>> woken = List.copyOf(waiters);
            waiters.clear();
            woken.forEach(waiter -> waiter.complete(null));
        }
    }

    // --- Server

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Endpoint endpoint() {
        return request.endpoint();
    }

    ServerOptions options() {
        return options;
    }

    @Override
    public List<SocketView> sockets() {
        loop.checkThread();
        List<SocketView> views = new ArrayList<>();
        acceptors.forEach(acceptor -> views.add(acceptor.view()));
        reserved.forEach(place -> views.add(new ChannelView(place.channel())));
        return List.copyOf(views);
    }

    @Override
    public CompletionStage<Void> startServing() {
        loop.checkThread();
        CompletableFuture<Void> done = loop.createFuture();
        if (closed) {
            done.completeExceptionally(new IllegalStateException("the server at " + endpoint() + " is closed"));
            return done;
        }
        try {
            listenAtReserved();
            if (!serving) {
                openUp();
            }
            done.complete(null);
        } catch (IOException e) {
            done.completeExceptionally(SystemErrors.classify("cannot listen at " + endpoint(), e));
        }
        return done;
    }

    private void listenAtReserved() throws IOException {
        while (!reserved.isEmpty()) {
            SocketChannel place = reserved.get(0).channel();
            add(kind().listen(loop.provider(), place.getLocalAddress(), options));
            reserved.remove(0);
            place.close();
        }
    }

    @Override
    public boolean isServing() {
        loop.checkThread();
        return serving;
    }

    @Override
    public CompletionStage<Void> serveForever() {
        loop.checkThread();
        CompletableFuture<Void> result = loop.createFuture();
        if (forever != null || closed) {
            result.completeExceptionally(new IllegalStateException(
                    "the server at " + endpoint() + (closed ? " is closed" : " is in serveForever() already")));
            return result;
        }
        CompletableFuture<Void> started = startServing().toCompletableFuture();
        if (started.isCompletedExceptionally()) {
            return started;
        }
        forever = result;
        Cancellation.watch(result, loop, this::endForever);
        return result;
    }

    private void endForever() {
        if (forever != null) {
            close();
            closeClients();
        }
    }

    @Override
    public void close() {
        loop.checkThread();
        if (closed) {
            return;
        }
        closed = true;
        serving = false;
        releaseAddresses();
        loop.detach(this);
        CompletableFuture<Void> running = forever;
        forever = null;
        if (running != null) {
            running.cancel(false);
        }
        afterEnd();
    }

    @Override
    public List<NetworkChannel> release() {
        loop.checkThread();
        List<NetworkChannel> channels = new ArrayList<>();
        AtomicInteger passed = new AtomicInteger(request.group().loops().size());
        if (!closed) {
            released = true;
            for (Acceptor acceptor : acceptors) {
                if (acceptor.isOfItsTransport()) {
                    acceptor.close();
                } else {
                    channels.add(acceptor.release());
                }
            }
            acceptors.clear();
            close();
            request.group().loops().forEach(target -> afterReadyCallbacks(target, () -> forgetKind(passed)));
        }
        return List.copyOf(channels);
    }

    /** Runs an action when all connections have begun that were on their way to a loop. */
    private static void afterReadyCallbacks(IoLoop target, Runnable action) {
        try {
            target.execute(action);
        } catch (IllegalStateException closedLoop) {
            action.run();
        }
    }

    private void forgetKind(AtomicInteger loopsLeft) {
        if (loopsLeft.decrementAndGet() == 0) {
            kind = null;
        }
    }

    private void releaseAddresses() {
        acceptors.forEach(Acceptor::close);
        acceptors.clear();
        for (BoundSocket<SocketChannel> place : reserved) {
            closeQuietly(place.channel());
            place.afterClose().accept(options);
        }
        reserved.clear();
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public boolean isServer() {
        return true;
    }

    @Override
    public void closeClients() {
        loop.checkThread();
        connections.each(request.observer()::closeThroughFilters);
    }

    @Override
    public void abortClients() {
        loop.checkThread();
        connections.each(StreamChannelTransport::abort);
    }

    @Override
    public CompletionStage<Void> waitClosed() {
        loop.checkThread();
        CompletableFuture<Void> waiter = loop.createFuture();
        if (closed && connections.count() == 0) {
            waiter.complete(null);
        } else {
            waiters.add(waiter);
        }
        return waiter;
    }

    @Override
    public int connections() {
        return connections.count();
    }

    @Override
    public void suspend(boolean wanted) {
        loop.checkThread();
        suspended = wanted;
        update();
    }

    @Override
    public void setOptions(ServerOptions wanted) {
        loop.checkThread();
        Map<String, Option<?>> known = wanted.known();
        ServerOptions merged = options;
        for (Option<?> option : known.values()) {
            if (option.effect() != Effect.REBIND) {
                merged = copy(option, wanted, merged);
            }
        }
        settings = StreamSettings.of(merged);
        options = merged;
        update();
    }

    private static <T> ServerOptions copy(Option<T> option, ServerOptions from, ServerOptions to) {
        return to.with(option, from.isSet(option) ? from.find(option) : null);
    }

    @Override
    public AutoCloseable asResource() {
        return () -> {
            if (loop.inLoop()) {
                throw new IllegalStateException("cannot wait for the server at " + endpoint()
                        + " on its own loop; use close() and waitClosed()");
            }
            CompletableFuture<Void> done = new CompletableFuture<>();
            loop.execute(() -> {
                close();
                waitClosed().whenComplete((ended, failure) -> done.complete(null));
            });
            done.join();
        };
    }

    @Override
    public String toString() {
        return "server at " + endpoint() + " (" + (closed ? "closed" : serving ? "serving" : "bound") + ", "
                + connections.count() + " connections)";
    }
}
