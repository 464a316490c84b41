// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the connections of all loops after the services of a protocol have changed, in slices, so that every loop serves other connections in
 * between.
 *
 * @see "SWITCH-35"
 */
final class Sweep {

    /** How long a slice may take, unless the loop's slow-callback limit is shorter still. */
    private static final long SLICE_NANOS = 2_000_000;

    private static final Set<Kind> FAILURES = EnumSet.of(Kind.FAILED, Kind.ROLLED_BACK, Kind.ABORTED);

    private static final System.Logger LOG = Logs.of("dev.turnout.network");

    private final Core core;
    private final String protocol;
    private final long began = System.nanoTime();
    private final Map<String, Drain> drains = new ConcurrentHashMap<>();
    private final Map<Kind, AtomicInteger> counts = new ConcurrentHashMap<>();
    private volatile @Nullable String failed;

    private Sweep(Core core, String protocol) {
        this.core = core;
        this.protocol = protocol;
    }

    /** Visits all connections; the stage completes, with the drains that were begun, when all loops are through. */
    static CompletionStage<Collection<Drain>> begin(Core core, String protocol) {
        Sweep sweep = new Sweep(core, protocol);
        List<CompletionStage<Void>> parts = new ArrayList<>();
        for (EventLoop loop : core.loops.loops()) {
            CompletableFuture<Void> through = new CompletableFuture<>();
            boolean inCallback = loop.inLoop();
            LoopCalls.on(loop, () -> {
                        core.configured.forEach(server -> server.forget(loop));
                        // made on the loop: one made before may miss a connection that is beginning there just now
                        sweep.slice(loop, core.sessions.values().iterator(), inCallback, new ArrayList<>(), through);
                    })
                    .whenComplete((begun, failure) -> {
                        if (failure != null || loop.isClosed()) {
                            through.complete(null);
                        }
                    });
            parts.add(through);
        }
        return LoopCalls.all(parts).thenApply(all -> sweep.end());
    }

    /**
     * Visits connections for a while, and goes on later.
     *
     * @param inCallback whether this may be inside a callback of one of them
     * @param busy those to be visited when their callback has returned, as the sweep was begun inside of it
     */
    private void slice(
            EventLoop loop,
            Iterator<Session> sessions,
            boolean inCallback,
            List<Session> busy,
            CompletableFuture<Void> through) {
        long until = System.nanoTime()
                + Math.min(SLICE_NANOS, loop.getSlowCallbackDuration().toNanos() / 2);
        while (sessions.hasNext()) {
            Session session = sessions.next();
            Charge charge = session.charge();
            if (session.transport.loop() != loop
                    || charge == null
                    || !charge.protocol().equals(protocol)) {
                continue;
            }
            if (session.isBusy(inCallback)) {
                busy.add(session);
                continue;
            }
            try {
                core.switcher.consider(session, this);
            } catch (Throwable e) { // whatever it is, the others wait for their turn
                LOG.log(Level.ERROR, "connection " + session.id + " could not follow a change of " + protocol, e);
            }
            if (System.nanoTime() - until > 0 && sessions.hasNext()) {
                loop.callSoon(() -> slice(loop, sessions, false, busy, through));
                return;
            }
        }
        if (busy.isEmpty()) {
            through.complete(null);
        } else {
            loop.callSoon(() -> slice(loop, busy.iterator(), false, new ArrayList<>(), through));
        }
    }

    /** Returns the drain of a server for connections that are left with what is in charge of them. */
    Drain of(Session session, Charge charge) {
        return drains.computeIfAbsent(
                charge.server() + "|" + charge.label(),
                key -> new Drain(
                        core.events,
                        charge.server(),
                        charge.label(),
                        session.options().get(ServerOptions.DRAIN_DEADLINE),
                        session.options().get(ServerOptions.DRAIN_GRACE),
                        false));
    }

    /** Counts what came of a visit; of those that did not go as wanted one is kept as an example. */
    void count(Session session, SwitchEvent event) {
        counts.computeIfAbsent(event.kind(), one -> new AtomicInteger()).incrementAndGet();
        if (FAILURES.contains(event.kind()) && failed == null) {
            failed = "connection " + session.id + ": " + event.reason()
                    + (session.parked == null
                            ? ""
                            : "; it stays parked for a version that can take it, until its time is over");
        }
    }

    /** The bundle's stop waits for the drains, and its successor cannot come before that: parked connections get this time on top. */
    private void prolongParking(Duration drains) {
        for (Session session : core.sessions.values()) {
            LoopCalls.on(session.transport.loop(), () -> {
                Charge charge = session.charge();
                if (charge != null && charge.protocol().equals(protocol)) {
                    core.switcher.limitParking(session, drains);
                }
            });
        }
    }

    private Collection<Drain> end() {
        drains.values().forEach(drain -> drain.begun("its service has left"));
        drains.values().stream().map(Drain::deadline).max(Duration::compareTo).ifPresent(this::prolongParking);
        if (!counts.isEmpty()) {
            StringBuilder text = new StringBuilder();
            counts.forEach((kind, count) -> text.append(text.isEmpty() ? "" : ", ")
                    .append(count)
                    .append(' ')
                    .append(kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')));
            String example = failed;
            LOG.log(
                    example == null ? Level.INFO : Level.WARNING,
                    "protocol {0}: connections {1} within {2} us{3}",
                    protocol,
                    text,
                    Long.toString((System.nanoTime() - began) / 1000),
                    example == null ? "" : "; " + example);
        }
        return List.copyOf(drains.values());
    }
}
