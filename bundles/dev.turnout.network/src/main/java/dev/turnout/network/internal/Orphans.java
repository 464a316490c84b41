// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Departure;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.TransportProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Cares for connections whose transport or filter has left. They drain; those whose code lives in another bundle that is still there, as that of all
 * stream transports does, are given to the transport's successor if it comes before the drain is over.
 *
 * <p>Any thread; each connection is touched on its loop.
 *
 * @see "SWITCH-48, SWITCH-50"
 */
final class Orphans {

    private Orphans() {}

    /** Drains connections; waits for those that run code of the leaving bundle. */
    static void of(Core core, Predicate<Session> whose, Object service, boolean leaving) {
        Map<String, Drain> waitedFor = new ConcurrentHashMap<>();
        Map<String, Drain> others = new ConcurrentHashMap<>();
        String reason = "its " + (service instanceof TransportProvider ? "transport" : "filter") + " has left";
        List<CompletionStage<Void>> visits = new ArrayList<>();
        core.sessions.values().stream()
                .filter(whose)
                .forEach(session -> visits.add(LoopCalls.on(session.transport.loop(), () -> {
                    Layer layer = session.layer;
                    boolean runsItsCode = (layer != null && layer.filters.contains(service))
                            || BundleNames.sameBundle(session.transport.getClass(), service.getClass());
                    drain(core, session, runsItsCode ? waitedFor : others);
                })));
        LoopCalls.await(core.loops, visits, Core.PATIENCE);
        others.values().forEach(drain -> drain.begun(reason));
        waitedFor.values().forEach(drain -> drain.begun(reason));
        if (leaving) {
            Drain.await(core, waitedFor.values(), service);
        }
    }

    private static void drain(Core core, Session session, Map<String, Drain> drains) {
        if (session.transport.getProtocol() == null) {
            return;
        }
        ConfiguredServer server = session.server();
        String name = server == null ? "" : server.name();
        Drain drain = drains.computeIfAbsent(
                name,
                key -> new Drain(
                        core.events,
                        name,
                        session.origin.scheme,
                        session.options().get(ServerOptions.DRAIN_DEADLINE),
                        session.options().get(ServerOptions.DRAIN_GRACE),
                        false));
        if (session.options().get(ServerOptions.DEPARTURE) == Departure.CLOSE) {
            drain.close(session);
        } else if (session.parked == null) {
            session.orphan = true;
            drain.join(session);
        } else {
            // its parking is over sooner or later, and reading it would not help
            session.orphan = true;
        }
    }

    /** Gives the connections that a transport of this scheme has left to its successor, if their code is still there. */
    static void adopt(Core core, String scheme, TransportProvider successor) {
        for (Session session : core.sessions.values()) {
            if (session.origin.scheme.equals(scheme)) {
                LoopCalls.on(session.transport.loop(), () -> adopt(core, session, successor));
            }
        }
    }

    private static void adopt(Core core, Session session, TransportProvider successor) {
        if (!session.orphan
                || session.transport.isClosing()
                || !hasFilters(core, session.layer)
                || BundleNames.isStale(session.transport.getClass())
                || BundleNames.sameBundle(session.transport.getClass(), session.origin.provider.getClass())) {
            return;
        }
        session.orphan = false;
        session.origin.provider = successor;
        if (session.parked == null) {
            Drain.ended(session);
            core.reconsider(session);
        }
    }

    /** Tells whether the filters of a connection are those that are there: one that has left cannot be exchanged. */
    private static boolean hasFilters(Core core, @Nullable Layer layer) {
        return layer == null || layer.filters.stream().allMatch(core.filters::holds);
    }
}
