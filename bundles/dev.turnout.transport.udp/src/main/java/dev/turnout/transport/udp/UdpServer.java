// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.Releasable;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.SocketView;
import dev.turnout.transport.nio.Cancellation;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Is a server of datagrams: one endpoint, whose one protocol serves all peers. Socket and connection are the same, so closing the one ends the other.
 *
 * <p>Thread: its loop's.
 *
 * @see "DGRAM-46, section 15"
 */
final class UdpServer implements Server, Releasable {

    /** How long datagrams may wait for the kernel after a close. */
    private static final Duration FLUSH_LIMIT = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final Endpoint endpoint;
    private final ConnectionObserver network;
    private final boolean startServing;
    private final List<CompletableFuture<Void>> waiters = new ArrayList<>();
    private volatile @Nullable UdpTransport transport;
    private @Nullable CompletableFuture<Void> forever;
    private @Nullable TimerHandle flushLimit;
    private boolean serving;
    private boolean suspended;
    private boolean closed;
    private volatile boolean ended;

    UdpServer(ListenRequest request) {
        this.loop = request.loop();
        this.endpoint = request.endpoint();
        this.network = request.observer();
        this.startServing = request.options().get(ServerOptions.START_SERVING);
    }

    /** Takes over its endpoint, which has just begun. */
    void begin(UdpTransport begun) {
        transport = begun;
        serving = startServing && !ended;
        update();
    }

    /** Returns what the endpoint has to tell; everything is passed on to the network. */
    ConnectionObserver observer() {
        return new ConnectionObserver() {
            @Override
            public long nextId() {
                return network.nextId();
            }

            @Override
            public void opened(BaseTransport opened) {
                network.opened(opened);
            }

            @Override
            public void closed(BaseTransport lost, @Nullable Throwable cause) {
                try {
                    network.closed(lost, cause);
                } finally {
                    ended();
                }
            }

            @Override
            public void switched(BaseTransport exchanged, SwitchReport report) {
                network.switched(exchanged, report);
            }

            @Override
            public Optional<Object> extraInfo(BaseTransport asked, String name) {
                return network.extraInfo(asked, name);
            }
        };
    }

    private void ended() {
        ended = true;
        closed = true;
        serving = false;
        transport = null;
        if (flushLimit != null) {
            flushLimit.cancel();
        }
        CompletableFuture<Void> running = forever;
        forever = null;
        if (running != null) {
            running.cancel(false);
        }
        List<CompletableFuture<Void>> woken = List.copyOf(waiters);
        waiters.clear();
        woken.forEach(waiter -> waiter.complete(null));
    }

    private void update() {
        UdpTransport own = transport;
        if (own != null) {
            own.suspend(!serving || suspended);
        }
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public List<SocketView> sockets() {
        UdpTransport own = transport;
        return own == null || closed ? List.of() : List.of(own.view());
    }

    @Override
    public CompletionStage<Void> startServing() {
        CompletableFuture<Void> done = loop.createFuture();
        if (closed) {
            done.completeExceptionally(new IllegalStateException("the server at " + endpoint + " is closed"));
        } else {
            serving = true;
            update();
            done.complete(null);
        }
        return done;
    }

    @Override
    public boolean isServing() {
        return serving;
    }

    @Override
    public CompletionStage<Void> serveForever() {
        CompletableFuture<Void> result = loop.createFuture();
        if (forever != null || closed) {
            result.completeExceptionally(new IllegalStateException(
                    "the server at " + endpoint + (closed ? " is closed" : " is in serveForever() already")));
            return result;
        }
        serving = true;
        update();
        forever = result;
        Cancellation.watch(result, loop, this::close);
        return result;
    }

    /** Sends what waits, for a short time at most, and ends. The address is free when {@link #waitClosed} completes. */
    @Override
    public void close() {
        UdpTransport own = transport;
        if (closed || own == null) {
            return;
        }
        own.close();
        closed = true;
        serving = false;
        flushLimit = loop.callLater(FLUSH_LIMIT, own::abort);
    }

    /** Leaves the bound channel to the transport's next version, so that datagrams wait in the kernel meanwhile; the endpoint ends (SWITCH-48). */
    @Override
    public List<NetworkChannel> release() {
        UdpTransport own = transport;
        if (closed || own == null || own.isOfItsTransport()) {
            close();
            return List.of();
        }
        closed = true;
        serving = false;
        return List.of(own.handOn());
    }

    @Override
    public void closeClients() {
        close();
    }

    @Override
    public void abortClients() {
        UdpTransport own = transport;
        if (own != null) {
            own.abort();
        }
    }

    @Override
    public CompletionStage<Void> waitClosed() {
        CompletableFuture<Void> waiter = loop.createFuture();
        if (ended) {
            waiter.complete(null);
        } else {
            waiters.add(waiter);
        }
        return waiter;
    }

    @Override
    public int connections() {
        return transport == null ? 0 : 1;
    }

    @Override
    public void suspend(boolean wanted) {
        suspended = wanted;
        update();
    }

    /** Changes nothing: the endpoint has the options that it began with. */
    @Override
    public void setOptions(ServerOptions options) {}

    @Override
    public AutoCloseable asResource() {
        return () -> {
            if (loop.inLoop()) {
                throw new IllegalStateException(
                        "cannot wait for the server at " + endpoint + " on its own loop; use close() and waitClosed()");
            }
            CompletableFuture<Void> done = new CompletableFuture<>();
            loop.execute(() -> {
                close();
                waitClosed().whenComplete((over, failure) -> done.complete(null));
            });
            done.join();
        };
    }

    @Override
    public String toString() {
        return "udp server at " + endpoint + (closed ? " (closed)" : serving ? " (serving)" : " (bound)");
    }
}
