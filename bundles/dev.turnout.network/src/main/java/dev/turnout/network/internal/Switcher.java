// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.network.Departure;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SubprocessProtocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.CallbackAware;
import dev.turnout.api.spi.Replaceable;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.SwitchReport.Outcome;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves one connection at a time: to a successor, into parking, out of it. Thread: the connection's loop, outside its callbacks.
 *
 * @see "SWITCH-38 to SWITCH-46, SWITCH-60 to SWITCH-62"
 */
final class Switcher {

    private final Core core;
    private final Events events;

    Switcher(Core core, Events events) {
        this.core = core;
        this.events = events;
    }

    /**
     * Does with a connection what the services that are present and the policy of its server ask for.
     *
     * @param drains where connections go that are left with a service that is gone
     */
    void consider(Session session, Sweep drains) {
        session.visits++;
        try {
            visit(session, drains);
        } finally {
            session.visits--;
        }
    }

    private void visit(Session session, Sweep drains) {
        Charge charge = session.charge();
        BaseTransport face = session.face();
        if (charge == null || face == null) {
            return;
        }
        Catalog.Entry<ProtocolFactory> best = session.best(charge.protocol(), charge.options());
        if (session.parked != null) {
            if (best != null && best.state() != session.tried && !face.isClosing()) {
                drains.count(session, resume(session, session.parked, charge.with(best), face));
            }
            return;
        }
        if (charge.isBy(best)) {
            return;
        }
        boolean gone = charge.service() != null
                && !core.protocols.holds(charge.service().service());
        Departure policy = session.options().get(ServerOptions.DEPARTURE);
        if (face.isClosing()) {
            if (gone && !session.isDraining()) {
                drains.of(session, charge).close(session);
            }
        } else if (policy == Departure.SWITCH && best != null && best.state() != session.tried) {
            SwitchEvent event = switchTo(session, charge, charge.with(best), face);
            drains.count(session, event);
            if (event.kind() != Kind.SWITCHED && gone && !face.isClosing()) {
                drain(session, charge, drains);
            }
        } else if (gone && !session.isDraining()) {
            depart(session, charge, policy, face, drains);
        }
    }

    private void depart(Session session, Charge charge, Departure policy, BaseTransport face, Sweep drains) {
        if (policy == Departure.CLOSE) {
            drains.of(session, charge).close(session);
            return;
        }
        SwitchEvent event = policy == Departure.SWITCH ? park(session, charge, face) : null;
        if (event != null) {
            drains.count(session, event);
        }
        if (event == null || event.kind() != Kind.PARKED) {
            drain(session, charge, drains);
        }
    }

    /** Has a connection drain that could not leave who is gone; not if code has given it away meanwhile. */
    private static void drain(Session session, Charge gone, Sweep drains) {
        if (gone.equals(session.charge()) && !session.isDraining()) {
            drains.of(session, gone).join(session);
        }
    }

    // --- to a successor

    /** Hands a connection over to a service; the charge is its own from then on if that succeeds. */
    SwitchEvent switchTo(Session session, Charge from, Charge to, BaseTransport face) {
        Catalog.Entry<ProtocolFactory> service = to.service();
        session.tried = service == null ? -1 : service.state();
        BaseProtocol old = face.getProtocol();
        BaseProtocol next;
        try {
            declared(switchable(old));
            next = to.newProtocol(face.loop());
            session.check(next, to);
            declared(switchable(next));
            stillOf(old, face);
        } catch (Throwable e) { // a class that cannot be linked concerns this connection alone, too
            return failed(session, from.label(), to.label(), e);
        }
        return exchange(session, face, next, () -> takenOver(session, to));
    }

    /**
     * Returns the protocol as one that can be switched.
     *
     * @throws IllegalStateException if it does not say so
     */
    private static Switchable switchable(@Nullable BaseProtocol protocol) {
        if (protocol instanceof Switchable switchable) {
            return switchable;
        }
        throw new IllegalStateException(undeclared(protocol));
    }

    /**
     * Returns what a protocol says that it can be switched with.
     *
     * @throws IllegalStateException if it says nothing, or fails to
     */
    private static SwitchSupport declared(Switchable protocol) {
        SwitchSupport support;
        try {
            support = protocol.switchSupport();
        } catch (Throwable e) {
            throw new IllegalStateException(origin(protocol) + " cannot be switched: switchSupport() threw " + e, e);
        }
        if (support == null) {
            throw new IllegalStateException(origin(protocol) + " cannot be switched: switchSupport() returned null");
        }
        return support;
    }

    /**
     * Checks that what was asked meanwhile has not given the connection to another protocol.
     *
     * @throws IllegalStateException if it has
     */
    private static void stillOf(@Nullable BaseProtocol old, BaseTransport face) {
        BaseProtocol now = face.getProtocol();
        if (now != old) {
            throw new IllegalStateException(
                    "the connection was given to another protocol meanwhile: " + (now == null ? "none" : origin(now)));
        }
    }

    private static String origin(Object protocol) {
        String bundle = BundleNames.of(protocol.getClass());
        return protocol.getClass().getName() + (bundle.isEmpty() ? "" : " of " + bundle);
    }

    private static String undeclared(@Nullable BaseProtocol protocol) {
        if (protocol == null) {
            return "there is no protocol that could be switched";
        }
        return origin(protocol) + " does not declare that it can be switched; let it implement "
                + Switchable.class.getName();
    }

    private void takenOver(Session session, Charge to) {
        session.take(to);
        session.tried = -1;
        Drain.switched(session);
        ConfiguredServer server = session.server();
        if (server != null) {
            server.counters.of(to).switchedTo.incrementAndGet();
        }
    }

    /**
     * Exchanges the protocols by the transport's own means, outside of callbacks, and answers what came of it; that has been told then.
     *
     * @param done what follows when the next protocol has the connection, before code can give it to another one
     */
    private SwitchEvent exchange(Session session, BaseTransport face, BaseProtocol next, Runnable done) {
        BaseProtocol old = face.getProtocol();
        if (old == null) {
            return failed(session, "", Charge.label(next.getClass()), new IllegalStateException(undeclared(null)));
        }
        session.awaited = new Session.Awaited(next, done);
        long began = System.nanoTime();
        Throwable refused = null;
        try {
            face.setProtocol(next, UnreadBytes.CARRIED);
        } catch (Throwable e) {
            refused = e;
        }
        SwitchEvent outcome = session.outcome;
        if (outcome == null) {
            // a layer above a filter need not tell the network: look what came of it
            Outcome failed = refused != null ? Outcome.REFUSED : Outcome.ROLLED_BACK;
            outcome = told(
                    session,
                    new SwitchReport(
                            old,
                            next,
                            face.getProtocol() == next ? Outcome.SWITCHED : failed,
                            0,
                            UnreadBytes.CARRIED,
                            0,
                            System.nanoTime() - began,
                            refused));
        }
        session.awaited = null;
        session.outcome = null;
        return outcome;
    }

    private SwitchEvent failed(Session session, String from, String to, Throwable why) {
        SwitchEvent event = event(Kind.FAILED, session, from, to, 0, 0, LoopCalls.text(why));
        events.add(event);
        ConfiguredServer server = session.server();
        if (server != null) {
            server.counters.failed.incrementAndGet();
        }
        return event;
    }

    // --- parking

    /** Takes the connection over from a leaving protocol; it has to drain if that protocol cannot hand over, or too many are parked already. */
    private SwitchEvent park(Session session, Charge charge, BaseTransport face) {
        ConfiguredServer server = session.server();
        Parked parked;
        try {
            Switchable leaving = switchable(face.getProtocol());
            SwitchSupport support = declared(leaving);
            stillOf((BaseProtocol) leaving, face);
            if (!Kinds.canPause(face)) {
                throw new IllegalStateException("nothing can be parked whose reading cannot be paused");
            }
            parked = Parked.after(leaving, support, charge.label());
            if (server != null && !server.counters.park(session.options().get(ServerOptions.PARK_CONNECTIONS))) {
                throw new IllegalStateException("too many connections are parked already");
            }
        } catch (IllegalStateException e) {
            return failed(session, charge.label(), "", e);
        }
        SwitchEvent event = exchange(session, face, parked, () -> {
            session.take(charge.with(null));
            hold(session, parked);
        });
        if (event.kind() != Kind.PARKED && server != null) {
            server.counters.parked.decrementAndGet();
        }
        return event;
    }

    /** Counts and limits the parking of a new connection. */
    void begin(Session session, Parked parked) {
        ConfiguredServer server = session.server();
        if (server != null) {
            server.counters.parked.incrementAndGet();
        }
        hold(session, parked);
    }

    private void hold(Session session, Parked parked) {
        session.parked = parked;
        session.tried = parked.unfit;
        limitParking(session, Duration.ZERO);
    }

    /** Has connections that wait for their first protocol wait for the one that their server's file names now. Any thread. */
    void redirect(ConfiguredServer server) {
        Charge now = server.charge();
        if (now == null) {
            return;
        }
        AtomicBoolean any = new AtomicBoolean();
        var unused = LoopCalls.all(core.loops.loops().stream()
                        .map(loop -> LoopCalls.on(
                                loop,
                                () -> core.sessions.values().stream()
                                        .filter(session ->
                                                session.transport.loop() == loop && session.server() == server)
                                        .filter(session -> redirect(session, now))
                                        .forEach(session -> any.set(true))))
                        .toList())
                .thenRun(() -> {
                    if (any.get()) {
                        Sweep.begin(core, now.protocol());
                    }
                });
    }

    private static boolean redirect(Session session, Charge now) {
        Parked parked = session.parked;
        Charge before = session.charge();
        if (parked == null
                || !parked.isFresh()
                || session.transport instanceof DatagramTransport
                || before == null
                || before.with(null).equals(now.with(null))) {
            return false;
        }
        session.take(now.with(null));
        session.tried = -1;
        return true;
    }

    /** Limits the parking of a connection anew, if it is parked: to what its server's options say now, and more if something else takes time. */
    void limitParking(Session session, Duration more) {
        Parked parked = session.parked;
        if (parked == null || session.isDraining()) {
            return;
        }
        Duration most = session.options().get(ServerOptions.PARK_TIMEOUT).plus(more);
        Duration left = most.minusNanos(System.nanoTime() - parked.since);
        session.after(left.isNegative() ? Duration.ZERO : left, () -> expire(session, parked, most));
    }

    private void expire(Session session, Parked parked, Duration most) {
        ConfiguredServer server = session.server();
        Charge charge = session.charge();
        boolean endpoint = server != null && session.transport instanceof DatagramTransport;
        if (server != null) {
            server.counters.lost.incrementAndGet();
        }
        events.add(event(
                Kind.EXPIRED,
                session,
                parked.from,
                "",
                0,
                System.nanoTime() - parked.since,
                "no service of the protocol \"" + (charge == null ? "" : charge.protocol()) + "\" took it within "
                        + Option.text(most) + (parked.refusal.isEmpty() ? "" : ", " + parked.refusal)
                        + (endpoint ? "; what it was and what comes in is dropped" : "; it is closed")));
        if (endpoint) {
            // it is the server itself, which has to be there when the protocol comes
            parked.discard();
            return;
        }
        session.close();
        session.after(session.options().get(ServerOptions.DRAIN_GRACE), session::abort);
    }

    /** Gives a parked connection to a service; it stays parked if that fails, as another service may fit. */
    private SwitchEvent resume(Session session, Parked parked, Charge to, BaseTransport face) {
        Catalog.Entry<ProtocolFactory> service = to.service();
        session.tried = service == null ? -1 : service.state();
        BaseProtocol next;
        try {
            next = to.newProtocol(face.loop());
            session.check(next, to);
            if (parked.isFresh()) {
                ((Replaceable) face).replaceProtocol(next); // refuses one that is none for this kind
            } else {
                parked.check(next, declared(switchable(next)));
                stillOf(parked, face);
            }
        } catch (Throwable e) { // a class that cannot be linked leaves it parked, too
            parked.refusal = to.label() + " could not: " + LoopCalls.text(e);
            return failed(session, parked.from, to.label(), e);
        }
        if (parked.isFresh()) {
            return start(session, parked, next, to, face);
        }
        parked.release();
        SwitchEvent event = exchange(session, face, next, () -> {
            unpark(session);
            takenOver(session, to);
        });
        if (event.kind() == Kind.RESUMED) {
            tellMissed(parked, face);
        } else {
            if (face.getProtocol() == parked) {
                parked.holdAgain();
            }
            parked.refusal = to.label() + " could not: " + event.reason();
        }
        return event;
    }

    /** Lets the next protocol of a child know what has happened to it meanwhile. */
    private static void tellMissed(Parked parked, BaseTransport face) {
        for (Consumer<SubprocessProtocol> callback : parked.missed()) {
            // asked each time, as it may switch in between
            if (face.getProtocol() instanceof SubprocessProtocol follower) {
                asCallback(face, follower, "a callback failed that had waited", () -> callback.accept(follower));
            }
        }
    }

    /** Runs a callback that the network owes a protocol, as its transport runs others. */
    private static void asCallback(BaseTransport face, BaseProtocol protocol, String failure, Runnable callback) {
        Runnable reporting = () -> {
            try {
                callback.run();
            } catch (Throwable e) {
                face.loop()
                        .callExceptionHandler(ErrorContext.of(failure, e)
                                .with(ErrorContext.PROTOCOL, protocol)
                                .with(ErrorContext.TRANSPORT, face));
            }
        };
        if (face instanceof CallbackAware aware) {
            aware.asCallback(reporting);
        } else {
            reporting.run();
        }
    }

    private static void unpark(Session session) {
        session.parked = null;
        ConfiguredServer server = session.server();
        if (server != null) {
            server.counters.parked.decrementAndGet();
            server.limitSoon();
        }
    }

    /** Begins a connection that has waited for its first protocol. */
    private SwitchEvent start(Session session, Parked parked, BaseProtocol next, Charge to, BaseTransport face) {
        unpark(session);
        takenOver(session, to);
        ConfiguredServer server = session.server();
        if (server != null) {
            server.counters.of(to).begun.incrementAndGet();
        }
        SwitchEvent event =
                event(Kind.RESUMED, session, "", to.label(), 0, System.nanoTime() - parked.since, "a new connection");
        events.add(event);
        asCallback(face, next, "connectionMade failed; the connection goes on", () -> {
            // reading begins when this has returned, unless the protocol pauses it
            parked.release();
            next.connectionMade(face);
        });
        return event;
    }

    // --- events

    /** Is told by the transport of a switch that was asked for by anybody; tells it to those who listen. */
    SwitchEvent told(Session session, SwitchReport report) {
        Kind kind = kind(report);
        Throwable failure = report.failure();
        Parked before = report.from() instanceof Parked parked ? parked : null;
        boolean toParking = report.to() instanceof Parked;
        SwitchEvent event = event(
                kind,
                session,
                before != null ? before.from : Charge.label(report.from().getClass()),
                toParking ? "" : Charge.label(report.to().getClass()),
                report.unread(),
                before != null ? System.nanoTime() - before.since : report.nanos(),
                failure == null ? "" : LoopCalls.text(failure));
        Session.Awaited awaited = session.awaited;
        Runnable done = awaited != null && awaited.next() == report.to() ? awaited.done() : null;
        if (done != null) {
            session.outcome = event;
            if (report.outcome() == Outcome.SWITCHED) {
                session.awaited = null; // should the connection come back to it, that is code's doing
            }
        }
        events.add(event);
        ConfiguredServer server = session.server();
        if (server != null) {
            server.counters.count(kind);
        }
        if (report.outcome() == Outcome.SWITCHED) {
            if (done != null) {
                done.run();
            } else if (before != null && before == session.parked) {
                takenByCode(session, before);
            } else {
                switchedByCode(session, report.to());
            }
        }
        return event;
    }

    /** What code has given to a protocol while it was parked waits for no service any more. */
    private static void takenByCode(Session session, Parked parked) {
        unpark(session);
        session.take(null);
        session.tried = -1;
        Drain.switched(session);
        BaseTransport face = session.face();
        if (face != null) {
            tellMissed(parked, face);
        }
    }

    /** A service has no part any more in a connection that code has given to a protocol of another bundle (SWITCH-37). */
    private static void switchedByCode(Session session, BaseProtocol next) {
        Charge charge = session.charge();
        Catalog.Entry<ProtocolFactory> by = charge == null ? null : charge.service();
        if (by != null
                && by.service().getClass().getClassLoader() != next.getClass().getClassLoader()) {
            session.take(null);
            Drain.switched(session);
        }
    }

    private static Kind kind(SwitchReport report) {
        return switch (report.outcome()) {
            case SWITCHED ->
                report.to() instanceof Parked
                        ? Kind.PARKED
                        : report.from() instanceof Parked ? Kind.RESUMED : Kind.SWITCHED;
            case REFUSED, HAND_OVER_FAILED -> Kind.FAILED;
            case ROLLED_BACK -> Kind.ROLLED_BACK;
            case ABORTED -> Kind.ABORTED;
        };
    }

    private static SwitchEvent event(
            Kind kind, Session session, String from, String to, int unread, long nanos, @Nullable String reason) {
        ConfiguredServer server = session.server();
        return new SwitchEvent(
                kind,
                System.currentTimeMillis(),
                server == null ? "" : server.name(),
                session.id,
                1,
                from,
                to,
                unread,
                nanos,
                reason == null ? "" : reason);
    }

    /** Hands one connection over because an operator wants it. */
    SwitchEvent switchByHand(Session session, Charge to) {
        BaseTransport face = session.face();
        if (face == null || face.isClosing()) {
            throw new IllegalStateException("connection " + session.id + " is not open");
        }
        Parked parked = session.parked;
        Charge from = session.charge() == null ? to : session.charge();
        SwitchEvent event;
        session.visits++;
        try {
            event = parked == null ? switchTo(session, from, to, face) : resume(session, parked, to, face);
        } finally {
            session.visits--;
        }
        if (event.kind() != Kind.SWITCHED && event.kind() != Kind.RESUMED) {
            throw new IllegalStateException(
                    "connection " + session.id + " was not switched to " + to.protocol() + ": " + event.reason());
        }
        return event;
    }
}
