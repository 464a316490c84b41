// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.MultipleCausesException;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopResource;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Option;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection: tries the addresses in their order, one after the other or overlapping, and begins with the first that connects.
 *
 * <p>Ends with a result, a failure, its time-out or a cancellation, and leaves nothing else open. Thread: the request's loop.
 *
 * @see "section 14"
 */
public final class Connector implements LoopResource {

    private final ConnectRequest request;
    private final IoLoop loop;
    private final SocketKind kind;
    private final CompletableFuture<Connection<Transport>> result;
    private final ArrayDeque<SocketAddress> untried = new ArrayDeque<>();
    private final List<ConnectAttempt> running = new ArrayList<>();
    private final List<IOException> failures = new ArrayList<>();
    private List<? extends SocketAddress> locals = List.of();
    private @Nullable TimerHandle timeout;
    private @Nullable TimerHandle nextAttempt;
    private boolean over;

    private Connector(ConnectRequest request, SocketKind kind) {
        this.request = request;
        this.loop = request.loop();
        this.kind = kind;
        this.result = loop.createFuture();
    }

    /**
     * Connects to the first address that answers.
     *
     * @param addresses the addresses to try, in order
     * @param locals the addresses to bind to before; empty for none
     */
    public static CompletionStage<Connection<Transport>> connect(
            ConnectRequest request,
            SocketKind kind,
            CompletionStage<? extends List<? extends SocketAddress>> addresses,
            CompletionStage<? extends List<? extends SocketAddress>> locals) {
        request.loop().checkThread();
        Connector connector = new Connector(request, kind);
        connector.start(addresses, locals);
        return connector.result;
    }

    /** Makes a connection of a channel that is connected already; if that fails for a reason of the caller's, the channel is left alone. */
    public static CompletionStage<Connection<Transport>> adopt(
            ConnectRequest request, SocketKind kind, SocketChannel channel) {
        request.loop().checkThread();
        Connector connector = new Connector(request, kind);
        try {
            if (!channel.isConnected()) {
                throw new IllegalArgumentException("sock must be a connected stream socket, not " + channel);
            }
            Object owner = connector.loop.owner(channel);
            if (owner != null) {
                throw new IllegalStateException("sock " + channel + " is in use by " + owner);
            }
            channel.configureBlocking(false);
            connector.begin(channel);
        } catch (Throwable e) {
            Failures.fail(connector.loop, connector.result, e);
        }
        return connector.result;
    }

    private void start(
            CompletionStage<? extends List<? extends SocketAddress>> addresses,
            CompletionStage<? extends List<? extends SocketAddress>> boundTo) {
        loop.attach(this);
        Duration limit = request.options().get(ConnectOptions.CONNECT_TIMEOUT);
        if (!limit.isZero()) {
            timeout = loop.callLater(
                    limit,
                    () -> fail(new TimedOutException(
                            "cannot connect to " + request.endpoint() + " within " + Option.text(limit)
                                    + "; see option connect.timeout",
                            null)));
        }
        Cancellation.watch(result, loop, () -> {
            addresses.toCompletableFuture().cancel(false);
            boundTo.toCompletableFuture().cancel(false);
            finish();
        });
        CompletionStage<?> unused = addresses
                .thenCombine(boundTo, (targets, own) -> {
                    locals = own;
                    untried.addAll(Interleave.order(targets, request.options()));
                    return null;
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        fail(
                                failure instanceof CompletionException && failure.getCause() != null
                                        ? failure.getCause()
                                        : failure);
                    } else {
                        tryNext();
                    }
                });
    }

    private void tryNext() {
        if (nextAttempt != null) {
            nextAttempt.cancel();
            nextAttempt = null;
        }
        SocketAddress target = untried.pollFirst();
        if (over || target == null) {
            return;
        }
        Duration delay = request.options().get(ConnectOptions.HAPPY_EYEBALLS_DELAY);
        if (!delay.isZero() && !untried.isEmpty()) {
            nextAttempt = loop.callLater(delay, this::tryNext);
        }
        ConnectAttempt attempt = new ConnectAttempt(this, loop, kind, target, locals);
        running.add(attempt);
        attempt.start();
    }

    /** Is told by an attempt that it connected; the channel is the connector's now. */
    void connected(ConnectAttempt attempt, SocketChannel channel) {
        running.remove(attempt);
        finish();
        try {
            begin(channel);
        } catch (Throwable e) {
            ConnectAttempt.closeQuietly(channel);
            Failures.fail(loop, result, e);
        }
    }

    /** Is told by an attempt that it failed and closed its socket. */
    void failed(ConnectAttempt attempt, IOException cause) {
        running.remove(attempt);
        failures.add(cause);
        if (!untried.isEmpty()) {
            tryNext();
        } else if (running.isEmpty()) {
            fail(summary());
        }
    }

    private void begin(SocketChannel channel) throws IOException {
        kind.configure(channel, request.options());
        BaseProtocol protocol = Objects.requireNonNull(request.factory().get(), "the factory returned null");
        StreamChannelTransport transport = StreamChannelTransport.begin(
                loop, channel, kind.scheme(), protocol, StreamSettings.of(request.options()), request.observer());
        if (!result.complete(new Connection<>(transport, protocol))) {
            transport.abort();
        }
    }

    /** Returns the one failure, or what stands for all (CONN-8, CONN-9). */
    private IOException summary() {
        if (request.options().get(ConnectOptions.ALL_ERRORS)) {
            return new MultipleCausesException("cannot connect to " + request.endpoint(), failures);
        }
        IOException first = failures.get(0);
        String text = String.valueOf(first.getMessage());
        boolean allEqual = failures.stream().allMatch(e -> text.equals(String.valueOf(e.getMessage())));
        if (allEqual) {
            return first;
        }
        List<String> texts =
                failures.stream().map(e -> String.valueOf(e.getMessage())).toList();
        IOException all = new IOException("cannot connect to " + request.endpoint() + ": " + String.join(", ", texts));
        failures.forEach(all::addSuppressed);
        return all;
    }

    private void fail(Throwable cause) {
        if (!over) {
            finish();
            result.completeExceptionally(cause);
        }
    }

    /** Ends everything that still runs (CONN-15). */
    private void finish() {
        if (over) {
            return;
        }
        over = true;
        untried.clear();
        if (timeout != null) {
            timeout.cancel();
        }
        if (nextAttempt != null) {
            nextAttempt.cancel();
        }
        running.forEach(ConnectAttempt::cancel);
        running.clear();
        loop.detach(this);
    }

    @Override
    public boolean isServer() {
        return true;
    }

    @Override
    public void close() {
        fail(new ConnectionAbortedException("connecting to " + request.endpoint() + " was given up", null));
    }

    @Override
    public void abort() {
        close();
    }

    @Override
    public void dropped() {
        over = true; // addresses that are found now are not tried
        result.completeExceptionally(new ConnectionAbortedException(
                "connecting to " + request.endpoint() + " was given up, as its loop was closed", null));
    }

    @Override
    public String toString() {
        return "attempt to connect to " + request.endpoint();
    }
}
