// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.network.Absence;
import dev.turnout.api.network.Departure;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.Releasable;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one server as its configuration says, while configuration, transport and protocol come, change and go.
 *
 * <pre>
 *   closed --open--> serving &lt;--protocol comes, goes--> parking or refusing
 *     ^                 |                                   |
 *     +-----------------+--- close, transport leaves -------+
 * </pre>
 *
 * <p>Without a service of its protocol it accepts and parks connections, or closes its listening socket, as its configuration says. An operator can
 * suspend it in every state.
 *
 * <p>Any thread may tell it what has changed; the steps run one after the other, each beginning when the former is done, and none blocks. What a wrong
 * configuration asks for is reported and otherwise left alone: what was open stays open.
 */
final class ConfiguredServer {

    /** How long an endpoint that has ended at once stays closed, so that a protocol that always closes does not keep the loop busy. */
    private static final Duration REOPENING = Duration.ofSeconds(1);

    private static final System.Logger LOG = Logs.of("dev.turnout.network");

    private final Core core;
    private final String name;
    private final Shortfall shortfall;
    private final KeptSockets kept;
    /** Who makes its protocols; connections add to what is known of them. */
    final Choice choice;

    private final DelayedAction reopening = new DelayedAction();
    private final Retries retries = new Retries();
    /** What happened to its connections, those that it has taken up included. */
    volatile SwitchCounters counters = new SwitchCounters();

    /** Who has made the protocol of the connection that is about to begin on a loop. */
    private final Map<EventLoop, Charge> made = new ConcurrentHashMap<>();

    /** Whether a step is on its way that gives the listener its limits anew. */
    private final AtomicBoolean limiting = new AtomicBoolean();

    private final Steps steps = new Steps(this::couldNotFollow);

    // written by the steps, which follow each other; read by pictures too
    private volatile String source = "";
    private volatile @Nullable ServerSettings wanted;
    private volatile @Nullable ServerSettings active;
    /** What was active last, which it comes back to if what is wanted cannot be had; null if that cannot be had either. */
    private volatile @Nullable ServerSettings latest;

    private volatile ServerOptions options = ServerOptions.DEFAULTS;
    private volatile @Nullable ServerEntry entry;
    private volatile @Nullable Charge charge;
    /** What could not be had although the old listening socket was closed for it. */
    private volatile @Nullable ServerSettings unattainable;

    /** Whether a filter of the open server is missing or lacks something, so that no connection could begin. */
    private volatile boolean lacking;

    private volatile boolean refusedByProtocol;
    private volatile boolean suspended;
    private volatile boolean ended;
    /** What new connections were for when it last had some. */
    private volatile String lastProtocol = "";
    /** The later server of its name, which has its connections now, or null. */
    private volatile @Nullable ConfiguredServer heir;
    /** The latest drain that an operator wanted, or null. */
    private volatile @Nullable Drain ordered;

    /** Makes a closed server that nothing is known about; it is part of the network's picture from now on. */
    ConfiguredServer(Core core, String name) {
        this.core = core;
        this.name = name;
        this.kept = new KeptSockets(core, name);
        this.choice = new Choice(core.protocols);
        this.shortfall = new Shortfall(core, () -> "server " + name + " (" + source + ")", this::whereInstead);
        core.configured.add(this);
    }

    String name() {
        return name;
    }

    /** Returns why it is not as its configuration says, or null. */
    Shortfall.@Nullable Failure failure() {
        return shortfall.failure();
    }

    private String whereInstead() {
        ServerEntry open = entry;
        if (open == null) {
            return "it is closed";
        }
        return lacking ? "connects to " + open.endpoint() + " wait until then" : "it stays at " + open.endpoint();
    }

    /** Returns the open server, or null. */
    @Nullable
    ServerEntry entry() {
        return entry;
    }

    /** Returns who has its connections: itself, or a later server of its name. */
    ConfiguredServer successor() {
        ConfiguredServer next = heir;
        if (next == null) {
            return this;
        }
        ConfiguredServer last = next.successor();
        heir = last;
        return last;
    }

    /** Returns the name of the protocol that new connections are for, or were when it ended, or an empty text. */
    String protocol() {
        ServerSettings now = active;
        return now != null ? now.protocol() : ended ? lastProtocol : "";
    }

    /** Tells whether its configuration is gone; it may have connections that are not over. */
    boolean isEnded() {
        return ended;
    }

    /** Tells whether its configuration is gone and its last connection is over. */
    boolean isOver() {
        return ended && counters.open.get() == 0;
    }

    /** Remembers the drain that an operator wants. */
    void order(Drain drain) {
        ordered = drain;
    }

    /** Returns the options that hold; for connections that outlive their listener, those that held last. */
    ServerOptions options() {
        return options;
    }

    /** Returns who makes the protocols of new connections, or null while it is closed. */
    @Nullable
    Charge charge() {
        return charge;
    }

    /** Tells whether it has no socket on purpose, until its protocol is there. */
    boolean isRefusing() {
        return !ended && active != null && entry == null;
    }

    /** Returns where it is to listen, or an empty text. */
    String where() {
        ServerSettings now = active;
        return now == null ? "" : now.endpoint().toString();
    }

    /** Tells whether it lets connects wait, as a filter is missing or lacks something. */
    boolean isLacking() {
        return lacking;
    }

    /** Tells whether an operator has suspended it. */
    boolean isSuspended() {
        return suspended;
    }

    /** Tells whether this service makes, or would make, the protocols of new connections. */
    boolean chooses(Catalog.Entry<ProtocolFactory> service) {
        ServerSettings now = active;
        return now != null && service.equals(choice.best(now));
    }

    /** Tells whether it is open, or would be if its protocol were there, and has or wants this protocol. */
    boolean concerns(String protocolName) {
        ServerSettings now = active;
        ServerSettings want = wanted;
        return (now != null && now.protocol().equals(protocolName))
                || (want != null && want.protocol().equals(protocolName));
    }

    /** Stops accepting, or goes on, because an operator wants it; connections in being go on (SWITCH-54). */
    CompletionStage<Void> suspend(boolean wanted) {
        if (ended) {
            return CompletableFuture.failedStage(new IllegalStateException("cannot " + (wanted ? "suspend" : "resume")
                    + " server \"" + name + "\": it is closed, as its configuration is gone; turnout:drain " + name
                    + " ends its " + SwitchCounters.connections(counters.open.get())));
        }
        return steps.add(() -> {
            suspended = wanted;
            LOG.log(Level.INFO, () -> "server " + name + (wanted ? " is suspended" : " is resumed" + drainText()));
            return applyIfOpen();
        });
    }

    private String drainText() {
        Drain drain = ordered;
        return drain == null || drain.over.isDone() ? "" : "; " + drain.goesOn();
    }

    /** Takes over a configuration; the stage completes when everything that could be done is done. */
    CompletionStage<Void> update(Map<String, ?> configuration) {
        return steps.add(() -> {
            Object file = configuration.get("felix.fileinstall.filename");
            Object pid = configuration.get("service.pid");
            source = file != null ? file.toString() : pid != null ? pid.toString() : name;
            try {
                wanted = ServerSettings.read(configuration);
                shortfall.read();
                unattainable = null;
                choice.forget();
                retries.reset();
            } catch (ServerSettings.WrongValue e) {
                shortfall.misread(e.property, e.value, e.getMessage());
                return done();
            }
            return reconcile().thenRun(() -> core.switcher.redirect(this));
        });
    }

    /** Looks again whether what is wanted can be had, because transports, filters or protocols have changed. */
    CompletionStage<Void> reconsider() {
        return steps.add(this::reconcile);
    }

    /** Gives the server its limits anew, which depend on how many connections are parked. */
    CompletionStage<Void> limitAgain() {
        return steps.add(this::applyIfOpen);
    }

    /** Tries again what failed, as an address may have become free; not if that would cost what is open now. */
    void retry() {
        ServerSettings want = wanted;
        if (failure() != null && want != null && !costsWhatIsOpen(want)) {
            reconsider();
        }
    }

    /** Tells whether what is open now has to be closed before this can be tried. */
    private boolean costsWhatIsOpen(ServerSettings want) {
        ServerSettings now = active;
        return now != null && want.collidesWith(now);
    }

    /** Ends the server, as its configuration is gone. Its connections go on, and are known by its name until the last one is over. */
    CompletionStage<Void> close() {
        return end("as its configuration is gone", true);
    }

    /** Ends the server, as the network does. */
    CompletionStage<Void> stop() {
        return end("as the network is stopping", false);
    }

    private CompletionStage<Void> end(String why, boolean goOn) {
        core.configured.remove(this);
        core.keepFormer(name, this);
        CompletionStage<Void> closed = steps.add(() -> {
            lastProtocol = protocol();
            ended = true;
            kept.close();
            reopening.drop();
            retries.drop();
            shortfall.mended();
            if (goOn) {
                tellWhatGoesOn(why);
            }
            return closeEntry(why).thenCompose(now -> forgetMade()).thenRun(() -> core.forgetFormer(this));
        });
        core.giveUp(name, this);
        return closed;
    }

    /** Says what becomes of connections, which no file speaks of any more. */
    private void tellWhatGoesOn(String why) {
        ServerEntry open = entry;
        if (open == null || !open.origin().datagrams) {
            counters.tellWhatGoesOn(name, why, lastProtocol, options.get(ServerOptions.PARK_TIMEOUT));
        }
    }

    /** Takes up the connections of a server of its name whose configuration has gone: they count, and end, as its own. */
    private void takeUp(ConfiguredServer former) {
        counters = former.counters;
        options = former.options;
        ordered = former.ordered;
        former.heir = this;
        LOG.log(
                Level.INFO,
                () -> "server " + name + " takes up "
                        + SwitchCounters.connections(former.counters.open.get())
                        + " of the former server of this name");
    }

    /** Is told that a connection is over. Any loop. */
    void over(Session session) {
        counters.open.decrementAndGet();
        ServerEntry now = entry;
        if (ended) {
            core.forgetFormer(this);
        } else if (now != null && session.origin != now.origin()) {
            // connections of a listener that is closed count, too
            limitSoon();
        }
    }

    /** Gives the server its limits anew, once for all that asks for it meanwhile. Any loop. */
    void limitSoon() {
        if (limiting.compareAndSet(false, true)) {
            steps.add(() -> {
                limiting.set(false);
                return applyIfOpen();
            });
        }
    }

    /** Is told that a transport has left: keeps the sockets for its successor, for as long as connections may be parked (SWITCH-48). */
    CompletionStage<Void> leftBy(TransportProvider provider) {
        return steps.add(() -> {
            ServerEntry open = entry;
            ServerSettings now = active;
            if (open == null || now == null || open.origin().provider != provider) {
                return done();
            }
            boolean park = now.options().get(ServerOptions.ABSENCE) == Absence.PARK
                    && now.options().get(ServerOptions.DEPARTURE) != Departure.CLOSE;
            if (core.isEnding() || !park || !(open.server() instanceof Releasable releasable)) {
                return closeEntry("as its transport has left");
            }
            entry = null;
            active = null;
            open.origin().closed = true;
            return LoopCalls.on(open.server().loop(), () -> kept.keep(releasable.release(), now))
                    .thenCompose(released -> open.origin().datagrams
                            ? LoopCalls.await(open.server())
                            : LoopCalls.all(core.loops.loops().stream()
                                    .map(loop -> LoopCalls.on(loop, () -> {}))
                                    .toList()));
        });
    }

    private void couldNotFollow(Throwable failure) {
        LOG.log(Level.ERROR, "server " + name + " could not follow a change", failure);
    }

    private CompletionStage<Void> reconcile() {
        ServerSettings want = wanted;
        if (ended || want == null) {
            return done();
        }
        ConfiguredServer holder = core.claim(name, this);
        if (holder != this) {
            String reason = "the server " + name + " is configured by " + holder.source
                    + " already; give one of them another name, or delete it";
            shortfall.fail("service.pid", source, reason, Duration.ZERO);
            return done();
        }
        ConfiguredServer former = core.takeFormer(name, this);
        if (former != null) {
            takeUp(former);
        }
        ServerEntry open = entry;
        if (open != null && open.origin().closed) {
            entry = null;
            active = null;
        }
        Catalog.Entry<ProtocolFactory> service = choice.best(want);
        ServerSettings now = active;
        refusedByProtocol = refusedByProtocol && service != null;
        ServerSettings before = latest;
        if (service != null && !accepts(service, want)) {
            // what serves by the former settings goes on, unless the service it has is gone
            return now == null ? comeBack(want) : follow(now, formerService(now, want));
        }
        if (now == null && before != null && want.needsRebind(before) && kept.isHolding() && core.has(before)) {
            // what waits at the old address is served, and the new one may not be had
            return comeBack(want).thenCompose(x -> reconcile());
        }
        if (now == null) {
            return open(want, charge(want, service));
        }
        return want.needsRebind(now) || (isDatagrams() && want.changesConnections(now))
                ? rebind(now, want, charge(want, service))
                : follow(want, service);
    }

    /** Tells whether the server is an endpoint of datagrams, which is its one connection too. */
    private boolean isDatagrams() {
        ServerEntry open = entry;
        return open != null && open.origin().datagrams;
    }

    /** Returns the service for settings that are not wanted any more, or that their service does not accept any more. */
    private Catalog.@Nullable Entry<ProtocolFactory> formerService(ServerSettings former, ServerSettings want) {
        return former.equals(want) ? null : choice.fit(former.protocol(), former.protocolOptions(), former.endpoint());
    }

    /** Opens what was open last, if anything was, as what is wanted cannot be had. */
    private CompletionStage<Void> comeBack(ServerSettings want) {
        ServerSettings before = latest;
        if (before == null || !core.has(before)) {
            return done();
        }
        Charge next = charge(before, formerService(before, want));
        charge = next;
        if (refuses(before, next)) {
            return open(before, next);
        }
        return listenAgain(before);
    }

    private Charge charge(ServerSettings settings, Catalog.@Nullable Entry<ProtocolFactory> service) {
        return new Charge(settings.protocol(), service, settings.protocolOptions(), name);
    }

    private boolean accepts(Catalog.Entry<ProtocolFactory> service, ServerSettings settings) {
        Shortfall.Failure wrong = choice.refusal(service, settings);
        refusedByProtocol = wrong != null;
        if (wrong != null) {
            shortfall.fail(wrong.property(), wrong.value(), wrong.reason(), Duration.ZERO);
        }
        return wrong == null;
    }

    private static boolean refuses(ServerSettings settings, Charge next) {
        return next.isVacant() && settings.options().get(ServerOptions.ABSENCE) == Absence.REFUSE;
    }

    private CompletionStage<Void> open(ServerSettings want, Charge next) {
        charge = next;
        if (refuses(want, next)) {
            hold(want);
            lacking = false;
            mendedBy(want);
            LOG.log(
                    Level.INFO,
                    () -> "server " + name + " refuses connects until the protocol " + want.protocol() + " is there");
            return done();
        }
        return listen(want)
                .handle((opened, e) -> {
                    if (e == null) {
                        return done();
                    }
                    charge = null;
                    CompletionStage<Void> back = want.equals(latest) ? done() : comeBack(want);
                    return back.thenRun(() -> failToListen(want, e));
                })
                .thenCompose(then -> then);
    }

    private CompletionStage<Void> listen(ServerSettings want) {
        CompletionStage<ServerEntry> opening;
        ServerOptions options = kept.optionsFor(want);
        List<NetworkChannel> taken = options.find(ServerOptions.LISTENERS);
        try {
            opening = core.listen(
                    this,
                    name,
                    want.endpoint(),
                    List.of(),
                    options,
                    want.plan(),
                    on -> newProtocol(on, want),
                    this::apply);
        } catch (UnsupportedOperationException | IllegalArgumentException | IllegalStateException e) {
            opening = CompletableFuture.failedStage(e);
        }
        opening.whenComplete((opened, failure) -> {
            if (failure != null && taken != null) {
                taken.forEach(Channels::closeQuietly);
            }
        });
        return opening.thenCompose(opened -> {
            entry = opened;
            hold(want);
            lacking = false;
            mendedBy(want);
            LOG.log(
                    Level.INFO,
                    () -> "server " + name + ": " + want.protocol() + " at " + want.endpoint()
                            + (isVacant() ? ", connections are parked until the protocol is there" : ""));
            if (opened.origin().datagrams) {
                long began = System.nanoTime();
                LoopCalls.await(opened.server()).thenAccept(over -> endpointEnded(opened, began));
            }
            return apply(opened); // by these settings, which hold since now
        });
    }

    /** Opens an endpoint of datagrams anew that a drain or its protocol has ended; with a pause after one that has lived for a moment only. */
    private void endpointEnded(ServerEntry over, long began) {
        if (ended || core.isEnding() || over.origin().closed || !over.equals(entry)) {
            return;
        }
        Supplier<CompletionStage<Void>> again = () -> {
            if (over.equals(entry) && !over.origin().closed) {
                entry = null;
                active = null;
                charge = null;
            }
            return reconcile();
        };
        if (System.nanoTime() - began > REOPENING.toNanos()) {
            steps.add(again);
        } else {
            reopening.hold(core.loops.choose(), REOPENING, () -> steps.add(again));
        }
    }

    private boolean isVacant() {
        Charge now = charge;
        return now == null || now.isVacant();
    }

    /** Takes over what needs no new listening socket. */
    private CompletionStage<Void> follow(ServerSettings want, Catalog.@Nullable Entry<ProtocolFactory> service) {
        Charge before = charge;
        Charge next = charge(want, service);
        ServerEntry open = entry;
        Throwable lack = open == null || refuses(want, next) ? null : lack(want);
        lacking = lack != null;
        if (lack == null) {
            mendedBy(want);
        } else if (want.equals(wanted) && !refusedByProtocol) {
            failToListen(want, lack);
        }
        if (open == null && refuses(want, next) && want.equals(active)) {
            charge = next; // it refuses already
            return done();
        }
        if (open == null) {
            active = null;
            return open(want, next);
        }
        hold(want);
        if (before == null || !next.equals(before)) {
            charge = next;
        }
        if (refuses(want, next)) {
            entry = null;
            LOG.log(
                    Level.INFO,
                    () -> "server " + name + " refuses connects until the protocol " + want.protocol()
                            + " is there again");
            return core.close(open);
        }
        if (next.isVacant() && (before == null || !before.isVacant())) {
            LOG.log(
                    Level.DEBUG,
                    () -> "server " + name + " parks its connections until the protocol " + want.protocol()
                            + " is there again");
        }
        return apply(open);
    }

    /** Returns why no connection could begin with the filters of an open server, or null if nothing is missing. */
    private @Nullable Throwable lack(ServerSettings settings) {
        try {
            settings.plan().require(core.filters, Side.SERVER, "accept at " + settings.endpoint());
            return null;
        } catch (UnsupportedOperationException | IllegalArgumentException | IllegalStateException e) {
            return e;
        }
    }

    /** Forgets what was wrong, if these settings are what is wanted and its protocol takes them. */
    private void mendedBy(ServerSettings settings) {
        if (settings.equals(wanted) && !refusedByProtocol) {
            shortfall.mended();
        }
    }

    private void hold(ServerSettings settings) {
        Duration before = options.get(ServerOptions.PARK_TIMEOUT);
        active = settings;
        latest = settings;
        options = settings.options();
        if (!options.get(ServerOptions.PARK_TIMEOUT).equals(before)) {
            for (Session session : core.sessions.values()) {
                if (session.server() == this) {
                    LoopCalls.on(session.transport.loop(), () -> core.switcher.limitParking(session, Duration.ZERO));
                }
            }
        }
    }

    private CompletionStage<Void> applyIfOpen() {
        ServerEntry open = entry;
        return open == null ? done() : apply(open);
    }

    private CompletionStage<Void> apply(ServerEntry open) {
        return LoopCalls.on(open.server().loop(), () -> apply(open.server()));
    }

    /** Gives a server the options and the state that hold now; on its loop. */
    private void apply(Server server) {
        ServerSettings now = active;
        ServerSettings settings = now == null ? wanted : now;
        if (settings != null) {
            server.setOptions(counters.limited(settings.options(), server, isVacant()));
        }
        server.suspend(suspended || lacking);
    }

    /** Moves to a new listening socket: opens it first where both can be there; else closes the old one, and comes back to it on failure. */
    private CompletionStage<Void> rebind(ServerSettings now, ServerSettings want, Charge after) {
        ServerEntry old = entry;
        if (old == null || refuses(want, after)) {
            active = null;
            entry = null;
            CompletionStage<Void> closed = old == null ? done() : core.close(old);
            return closed.thenCompose(x -> open(want, after));
        }
        Charge before = charge;
        charge = after;
        return listen(want)
                .thenCompose(x -> core.close(old))
                .handle((x, e) -> {
                    if (e == null) {
                        return done();
                    }
                    if (want.collidesWith(now) && isInUse(LoopCalls.cause(e)) && !want.equals(unattainable)) {
                        return replace(old, now, want, before);
                    }
                    charge = before;
                    lacking = lack(now) != null;
                    failToListen(want, e);
                    return apply(old);
                })
                .thenCompose(next -> next);
    }

    /** Closes the old listening socket, as it may be what is in the way of the new one. */
    private CompletionStage<Void> replace(
            ServerEntry old, ServerSettings now, ServerSettings want, @Nullable Charge before) {
        return core.close(old)
                .thenCompose(x -> listen(want))
                .handle((x, e) -> {
                    if (e == null) {
                        return done();
                    }
                    // somebody else is in the way: the old socket is not closed for that again
                    unattainable = want;
                    charge = before;
                    failToListen(want, e);
                    return listenAgain(now);
                })
                .thenCompose(next -> next);
    }

    private static boolean isInUse(Throwable failure) {
        return failure instanceof AddressInUseException
                || Arrays.stream(failure.getSuppressed()).anyMatch(AddressInUseException.class::isInstance);
    }

    private CompletionStage<Void> listenAgain(ServerSettings settings) {
        return listen(settings).handle((x, e) -> {
            if (e != null) {
                entry = null;
                active = null;
                charge = null;
                latest = core.has(settings) ? null : settings;
                LOG.log(
                        Level.WARNING,
                        "server " + name + " is closed: cannot listen again at " + settings.endpoint(),
                        e);
            }
            return null;
        });
    }

    private CompletionStage<Void> closeEntry(String why) {
        ServerEntry open = entry;
        entry = null;
        active = null;
        if (open == null) {
            return done();
        }
        LOG.log(Level.INFO, () -> "server " + name + " closes " + open.endpoint() + ", " + why);
        return core.close(open).thenRun(() -> charge = null);
    }

    /** Forgets who has made protocols for connections that never began; after it was closed none begins any more. */
    private CompletionStage<Void> forgetMade() {
        charge = null;
        return LoopCalls.all(core.loops.loops().stream()
                .map(loop -> LoopCalls.on(loop, () -> forget(loop)))
                .toList());
    }

    /** Forgets who made a protocol whose connection never began. On the loop, between callbacks. */
    void forget(EventLoop loop) {
        made.remove(loop);
    }

    /** Makes the protocol of a connection that begins in the same turn; without a service, or one that fits, it is parked. */
    private BaseProtocol newProtocol(EventLoop loop, ServerSettings settings) {
        Charge now = charge;
        if (now == null) {
            throw new IllegalStateException("server " + name + " is closed");
        }
        Catalog.Entry<ProtocolFactory> service = now.service();
        if (service == null) {
            made.put(loop, now);
            return Parked.fresh(choice.obstacle(settings));
        }
        BaseProtocol first = now.newProtocol(loop);
        Unfit wrong = core.hasStreams(settings) ? Unfit.of(first, now, settings.endpoint()) : null;
        if (wrong == null) {
            // not before the protocol is made, which may bring about a change of services that forgets
            made.put(loop, now);
            return first;
        }
        loop.callSoon(() -> found(wrong));
        made.put(loop, now.with(null));
        return Parked.fresh(wrong);
    }

    /** Is told what a connection has found out about a service: the next best one takes its place, for what is parked too. */
    void found(Unfit wrong) {
        if (!choice.found(wrong)) {
            return;
        }
        steps.add(this::reconcile).thenRun(() -> {
            Charge now = charge;
            if (now != null && !now.isVacant()) {
                LOG.log(
                        Level.WARNING,
                        () -> "server " + name + " passes over a service of the protocol " + now.protocol() + ": "
                                + wrong.reason() + "; " + now.label() + " serves in its place");
                Sweep.begin(core, now.protocol());
            }
        });
    }

    /** Is told of a connection that begins, in the turn in which its protocol was made. On its loop. */
    void begun(Session session) {
        counters.open.incrementAndGet();
        Charge by = made.remove(session.transport.loop());
        if (by == null) {
            return;
        }
        session.take(by);
        if (!by.equals(charge)) {
            // a change that came while its protocol was made has not met it
            session.transport.loop().callSoon(() -> core.reconsider(session));
        }
        if (session.protocol() instanceof Parked parked) {
            core.switcher.begin(session, parked);
        } else {
            counters.of(by).begun.incrementAndGet();
        }
    }

    /**
     * A transport, a filter or what it needs may be about to come: bundles and configurations do so one after the other. What the system refuses is tried
     * again, as nobody tells when another process gives an address up or a folder comes.
     */
    private void failToListen(ServerSettings want, Throwable e) {
        Throwable cause = LoopCalls.cause(e);
        boolean missing = cause instanceof FilterPlan.NotReady
                || (cause instanceof UnsupportedOperationException && !core.has(want));
        boolean again = cause instanceof IOException && !costsWhatIsOpen(want);
        if (again) {
            retries.schedule(core.loops.choose(), this::retry);
        }
        shortfall.fail(
                "endpoint",
                want.endpoint().toString(),
                reason(cause) + (again ? "; it is tried again until it can be had" : ""),
                missing ? core.settling : Duration.ZERO);
    }

    private static String reason(Throwable failure) {
        String text = failure.getMessage();
        return text == null ? failure.getClass().getSimpleName() : text;
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
