// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.CallbackAware;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.ExtraInfo;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Is what the network knows about one connection. Thread: the connection's loop, apart from the final fields and {@link #ended()}. */
final class Session {

    private static final CompletableFuture<Void> OVER = CompletableFuture.completedFuture(null);

    final BaseTransport transport;
    final Origin origin;
    final long id;
    final long since = System.currentTimeMillis();

    /** What {@link #ended()} returns; null until somebody asks or the connection is over. Guarded by this. */
    private @Nullable CompletableFuture<Void> ended;

    /** What stands above the filters, or null if the transport's own protocol is in charge. */
    @Nullable
    Layer layer;

    private @Nullable Charge charge;

    /** Holds the connection while there is no protocol, else null. */
    @Nullable
    Parked parked;

    /** What the connection takes part in until it ends, as an operator wants it, or null. */
    @Nullable
    Drain ordered;

    /** What it takes part in because something that it needs has left, until that is back, or null. */
    @Nullable
    Drain departing;

    /** Whether its transport's service has left, which gives it until the end of a drain. */
    boolean orphan;

    /** Ends the parking or the drain. */
    @Nullable
    TimerHandle timer;

    /** The state of the service that was tried and did not fit, or -1. */
    long tried = -1;

    /** How often the network is busy with the connection, inside of which it may call code of bundles. */
    int visits;

    /** The switch that the network has asked for, until it has succeeded or is over; or null. */
    @Nullable
    Awaited awaited;

    /** What came of the switch in progress, as soon as that is known; null otherwise. */
    @Nullable
    SwitchEvent outcome;

    /**
     * What the network waits for.
     *
     * @param next the successor
     * @param done what follows when it has the connection
     */
    record Awaited(BaseProtocol next, Runnable done) {}

    Session(BaseTransport transport, Origin origin) {
        this.transport = transport;
        this.origin = origin;
        this.id = transport.getExtraInfo(ExtraInfo.CONNECTION_ID).orElse(0L);
    }

    /** Returns the protocol that gives the bytes meaning; null when the connection is over. */
    @Nullable
    BaseProtocol protocol() {
        BaseProtocol own = transport.getProtocol();
        Layer above = layer;
        return own == null || above == null ? own : above.protocol();
    }

    /** Returns the transport that this protocol sees, or null until the filters are established. */
    @Nullable
    BaseTransport face() {
        Layer above = layer;
        return above == null ? transport : above.transport();
    }

    /**
     * Tells whether the connection has to be left alone, as a callback of it is running, or the network is busy with it and has called code that asks for
     * more.
     *
     * @param anywhere whether any callback may be running now, which is so of this connection unless its transport tells otherwise
     */
    boolean isBusy(boolean anywhere) {
        return visits > 0 || isBusy(transport, anywhere) || isBusy(face(), anywhere);
    }

    private static boolean isBusy(@Nullable BaseTransport one, boolean anywhere) {
        return one instanceof CallbackAware aware ? aware.isInCallback() : anywhere && one != null;
    }

    /** Returns the configured server that the connection came through, or a later one of its name; or null. */
    @Nullable
    ConfiguredServer server() {
        return origin.owner instanceof ConfiguredServer configured ? configured.successor() : null;
    }

    /** Returns who has made the protocol; null if the network was given it by code. */
    @Nullable
    Charge charge() {
        return charge;
    }

    /** Says who has made the protocol from now on. */
    void take(@Nullable Charge next) {
        SwitchCounters.OfVersion before = version();
        charge = next;
        SwitchCounters.OfVersion after = version();
        if (after != null) {
            after.connections.incrementAndGet();
        }
        if (before != null) {
            before.leave();
        }
    }

    /** Returns the counters of the version in charge, or null if there is none or it is not counted. */
    SwitchCounters.@Nullable OfVersion version() {
        ConfiguredServer server = server();
        Charge now = charge;
        return server == null || now == null || now.isVacant() ? null : server.counters.of(now);
    }

    /** Returns the best service for the connection, or null; one that is known to be of no use to its server is none. */
    Catalog.@Nullable Entry<ProtocolFactory> best(String protocol, Map<String, String> options) {
        ConfiguredServer server = server();
        ServerEntry from = origin.server;
        return server == null || from == null
                ? origin.core.protocols.entry(protocol)
                : server.choice.fit(protocol, options, from.endpoint());
    }

    /** Has the server know if a service has made a protocol that is of no use here. */
    void check(BaseProtocol next, Charge by) {
        ConfiguredServer server = server();
        ServerEntry from = origin.server;
        if (server == null || from == null || !origin.provider.hasStreams()) {
            return;
        }
        Unfit wrong = Unfit.of(next, by, from.endpoint());
        if (wrong != null) {
            transport.loop().callSoon(() -> server.found(wrong));
        }
    }

    /** Returns the options of its server, or the defaults. */
    ServerOptions options() {
        ConfiguredServer server = server();
        return server == null ? ServerOptions.DEFAULTS : server.options();
    }

    /** Completes when the connection is over; any thread. */
    synchronized CompletionStage<Void> ended() {
        if (ended == null) {
            ended = new CompletableFuture<>();
        }
        return ended;
    }

    void close() {
        BaseTransport face = face();
        if (face == null) {
            transport.close();
        } else {
            face.close();
        }
    }

    void abort() {
        Kinds.abort(transport);
    }

    /** Runs an action after a time, instead of what was to be run before. */
    void after(Duration delay, Runnable action) {
        cancelTimer();
        timer = transport.loop().callLater(delay, action);
    }

    /** Tells whether it has a time to end. */
    boolean isDraining() {
        return ordered != null || departing != null;
    }

    void cancelTimer() {
        TimerHandle waiting = timer;
        timer = null;
        if (waiting != null) {
            waiting.cancel();
        }
    }

    /** Forgets what is only true while the connection lives, and tells those who wait for its end. */
    void end() {
        cancelTimer();
        Drain wanted = ordered;
        Drain needed = departing;
        ordered = null;
        departing = null;
        if (wanted != null) {
            wanted.leave();
        }
        if (needed != null) {
            needed.leave();
        }
        ConfiguredServer server = server();
        if (parked != null && server != null) {
            server.counters.parked.decrementAndGet();
        }
        parked = null;
        take(null);
        if (server != null) {
            server.over(this);
        }
        CompletableFuture<Void> awaitedEnd;
        synchronized (this) {
            awaitedEnd = ended;
            ended = OVER;
        }
        if (awaitedEnd != null) {
            awaitedEnd.complete(null);
        }
    }
}
