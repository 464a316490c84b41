// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.protocol.ProtocolFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Does what people ask for by hand. Any thread.
 *
 * @see "SWITCH-54"
 */
final class Operator {

    private final Core core;

    /** Holds the connections by number, as of the last one found that it did not have; weakly, as it would keep those that have ended. */
    private volatile WeakReference<Map<Long, Session>> numbered = new WeakReference<>(null);

    Operator(Core core) {
        this.core = core;
    }

    CompletionStage<Void> suspend(String server, boolean suspended) {
        try {
            return find(server, suspended ? "suspend" : "resume").suspend(suspended);
        } catch (IllegalArgumentException unknown) {
            return CompletableFuture.failedStage(unknown);
        }
    }

    CompletionStage<Void> drain(String name, @Nullable Duration deadline) {
        ConfiguredServer server;
        try {
            server = find(name, "drain");
        } catch (IllegalArgumentException unknown) {
            return CompletableFuture.failedStage(unknown);
        }
        Drain drain = new Drain(
                core.events,
                name,
                server.protocol(),
                deadline == null ? server.options().get(ServerOptions.DRAIN_DEADLINE) : deadline,
                server.options().get(ServerOptions.DRAIN_GRACE),
                true);
        server.order(drain);
        CompletionStage<Void> suspending =
                server.isEnded() ? CompletableFuture.completedFuture(null) : server.suspend(true);
        return suspending.thenCompose(suspended -> {
            List<CompletionStage<Void>> joined = new ArrayList<>();
            for (Session session : core.sessions.values()) {
                if (session.server() == server) {
                    joined.add(LoopCalls.on(session.transport.loop(), () -> join(drain, session)));
                }
            }
            return LoopCalls.all(joined).thenCompose(all -> {
                drain.begun("as an operator wants it");
                return drain.over;
            });
        });
    }

    private static void join(Drain drain, Session session) {
        if (session.transport.getProtocol() != null) {
            drain.join(session);
        }
    }

    CompletionStage<SwitchEvent> switchProtocol(long id, String protocol) {
        Session session = connection(id);
        if (session == null) {
            return CompletableFuture.failedStage(new IllegalArgumentException(
                    "cannot switch connection " + id + ": there is no open one of this number"));
        }
        if (core.protocols.entry(protocol) == null) {
            return CompletableFuture.failedStage(new IllegalArgumentException("cannot switch connection " + id
                    + ": no protocol has the name \"" + protocol + "\"; present: " + core.protocols.present()));
        }
        CompletableFuture<SwitchEvent> result = new CompletableFuture<>();
        LoopCalls.outsideCallbacks(session.transport.loop(), () -> {
                    Charge now = session.charge();
                    ConfiguredServer server = session.server();
                    Map<String, String> options =
                            now != null && now.protocol().equals(protocol) ? now.options() : Map.of();
                    Catalog.Entry<ProtocolFactory> fit = session.best(protocol, options);
                    result.complete(core.switcher.switchByHand(
                            session,
                            new Charge(
                                    protocol,
                                    fit == null ? core.protocols.entry(protocol) : fit,
                                    options,
                                    server == null ? "" : server.name())));
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        result.completeExceptionally(LoopCalls.cause(failure));
                    } else if (!result.isDone()) {
                        result.completeExceptionally(new IllegalStateException("connection " + id + " has ended"));
                    }
                });
        return result;
    }

    /** Returns the open connection of a number, or null; after a walk through all that has found one, the next ones cost none. */
    private @Nullable Session connection(long id) {
        Map<Long, Session> known = numbered.get();
        Session session = known == null ? null : known.get(id);
        if (session == null) {
            session = core.sessions.values().stream()
                    .filter(one -> one.id == id)
                    .findAny()
                    .orElse(null);
            if (session == null) {
                return null;
            }
            known = new HashMap<>();
            for (Session one : core.sessions.values()) {
                known.put(one.id, one);
            }
            numbered = new WeakReference<>(known);
        }
        return core.sessions.get(session.transport) == session ? session : null;
    }

    private ConfiguredServer find(String name, String what) {
        ConfiguredServer server = core.server(name);
        if (server == null) {
            throw new IllegalArgumentException("cannot " + what + " server \"" + name
                    + "\": there is no configured server of this name; present: "
                    + String.join(", ", core.serverNames()));
        }
        return server;
    }
}
