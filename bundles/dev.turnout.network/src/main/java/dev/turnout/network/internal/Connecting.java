// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Option;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Makes one connection on its loop: the transport's part, then that of the filters.
 *
 * @see "CONN-25, CONN-29"
 */
record Connecting(
        Core core,
        IoLoop loop,
        TransportProvider provider,
        Endpoint endpoint,
        ConnectOptions options,
        FilterPlan plan,
        boolean serverSide,
        String what) {

    CompletionStage<Connection<Transport>> start(Supplier<? extends BaseProtocol> factory, Object owner) {
        Origin origin = new Origin(core, owner, endpoint.scheme(), provider, options.find(ConnectOptions.SOCK));
        if (plan.isEmpty()) {
            return provider.connect(
                    new ConnectRequest(loop, endpoint.withoutOptions(), options, factory, serverSide, origin));
        }
        long began = loop.time();
        CompletableFuture<Connection<Transport>> established = new CompletableFuture<>();
        Supplier<BaseProtocol> filtered = () ->
                plan.wrap(core, loop, factory.get(), serverSide ? Side.SERVER : Side.CLIENT, what, origin, established);
        CompletionStage<Connection<Transport>> connected = provider.connect(
                new ConnectRequest(loop, endpoint.withoutOptions(), options, filtered, serverSide, origin));
        connected.whenComplete((lower, failure) -> {
            if (failure != null) {
                established.completeExceptionally(LoopCalls.cause(failure));
            } else {
                guard(lower.transport(), established, began);
            }
        });
        LoopCalls.ifCancelled(established, () -> connected.toCompletableFuture().cancel(false));
        return established;
    }

    /** Sees to it that nothing stays open if the filters fail, are given up, or take longer than the whole may take. */
    private void guard(Transport lower, CompletableFuture<Connection<Transport>> established, long began) {
        CompletionStage<Connection<Transport>> over = established;
        Duration most = options.get(ConnectOptions.CONNECT_TIMEOUT);
        if (!most.isZero()) {
            TimerHandle timer = loop.callAt(
                    began + most.toNanos(),
                    () -> established.completeExceptionally(
                            new TimedOutException("cannot " + what + ": not done within " + Option.text(most), null)));
            over.whenComplete((connection, failure) -> timer.cancel());
        }
        over.whenComplete((connection, failure) -> {
            if (failure != null) {
                lower.abort();
            }
        });
    }
}
