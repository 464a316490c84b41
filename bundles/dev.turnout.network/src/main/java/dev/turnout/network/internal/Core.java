// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.NetworkControl;
import dev.turnout.api.network.NetworkRuntime;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchListener;
import dev.turnout.api.network.dto.LeakDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.BaseTransport;
import java.lang.System.Logger.Level;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Is the one network behind all {@code Network} objects: who is there to open what, and what is open.
 *
 * <p>Threads: any; connections and servers themselves are touched on their loops only.
 */
public class Core implements NetworkRuntime, NetworkControl {

    /** How long a bundle's end may take before it goes on without waiting. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** How long a transport or filter may be missing before a configured server logs that: a container's bundles start one after the other. */
    static final Duration SETTLING = Duration.ofSeconds(10);

    private static final System.Logger LOG = Logs.of("dev.turnout.network");
    private static final String FEATURE = "; install feature turnout-";

    final LoopGroup loops;
    final Catalog<TransportProvider> transports = new Catalog<>();
    final Catalog<FilterProvider> filters = new Catalog<>();
    final Catalog<ProtocolFactory> protocols = new Catalog<>();

    /** The open connections. Each is put in and taken out on its loop. */
    final Map<BaseTransport, Session> sessions = new ConcurrentHashMap<>();

    /** The open servers, closed ones with connections included. */
    final Set<ServerEntry> servers = ConcurrentHashMap.newKeySet();

    /** The servers that configurations ask for, open or not. */
    final Set<ConfiguredServer> configured = ConcurrentHashMap.newKeySet();

    /** How long configured servers wait before they log what is missing. */
    final Duration settling;

    /** The configured servers by name: of several configurations with one name, the first counts. */
    private final Map<String, ConfiguredServer> names = new ConcurrentHashMap<>();

    /** The servers whose configuration is gone and whose connections are not over, by name. */
    private final Map<String, ConfiguredServer> former = new ConcurrentHashMap<>();

    /** What stands above filters, by the filter's protocol, until the connection begins. */
    final Map<BaseProtocol, Layer> layers = Collections.synchronizedMap(new WeakHashMap<>());

    final Events events;
    final Switcher switcher;
    private final Operator operator = new Operator(this);
    private final Departures departures = new Departures(this);

    /** The channels that callers have handed in and that are in use. */
    private final Set<Channel> adopted = ConcurrentHashMap.newKeySet();

    /** Says whose an operation is, and by which transport. */
    private record Part(Object owner, TransportProvider provider) {}

    private final Map<Operation<?>, Part> pending = new ConcurrentHashMap<>();
    private final Map<Object, CompletionStage<Void>> closings = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private volatile boolean closed;

    /** Makes a network over the loops, without transports. */
    public Core(LoopGroup loops) {
        this(loops, SETTLING);
    }

    /** Makes a network whose configured servers log what is missing after this time. */
    Core(LoopGroup loops, Duration settling) {
        this.loops = loops;
        this.settling = settling;
        this.events = new Events(loops);
        this.switcher = new Switcher(this, events);
    }

    /** Adds a transport, or takes over its new properties. */
    public void addTransport(String scheme, TransportProvider provider, Map<String, ?> properties) {
        transports.add(scheme, provider, properties);
        Orphans.adopt(this, scheme, provider);
        configured.forEach(ConfiguredServer::reconsider);
    }

    /**
     * Lets go of a transport: operations are cancelled; configured servers keep their listening sockets for its successor, for as long as they may park
     * connections; other servers are closed; connections drain, unless the successor's code can go on with them. Waits, for a bounded time, until
     * that has begun, unless called on a loop.
     *
     * @param leaving whether the bundle goes with the service: waits for the drains of connections that run its code too
     * @see "SWITCH-48, SWITCH-50, SWITCH-58"
     */
    public void removeTransport(TransportProvider provider, boolean leaving) {
        if (transports.remove(provider) == null || endsNow()) {
            return;
        }
        departures.add(provider);
        String bundle = BundleNames.of(provider.getClass());
        pending.forEach((operation, by) -> {
            if (by.provider() == provider) {
                operation.cancel("cancelled, as the transport of scheme \"" + provider.scheme() + "\" has left"
                        + (bundle.isEmpty() ? "" : " with its bundle " + bundle));
            }
        });
        List<CompletionStage<Void>> ends = closeServers(
                entry -> entry.origin().provider == provider && !(entry.origin().owner instanceof ConfiguredServer));
        configured.forEach(server -> ends.add(server.leftBy(provider)));
        LoopCalls.await(loops, ends, PATIENCE);
        Orphans.of(this, session -> session.origin.provider == provider, provider, leaving);
        configured.forEach(ConfiguredServer::reconsider);
    }

    /** Adds a filter, or takes over its new properties. */
    public void addFilter(String name, FilterProvider provider, Map<String, ?> properties) {
        filters.add(name, provider, properties);
        configured.forEach(ConfiguredServer::reconsider);
    }

    /**
     * Removes a filter. Servers that need it stop accepting, connects wait in the kernel; connections that have it drain, as a filter cannot be
     * exchanged.
     *
     * @param leaving whether the bundle goes with the service: waits for the drains too, unless called on a loop
     */
    public void removeFilter(FilterProvider provider, boolean leaving) {
        if (filters.remove(provider) == null || endsNow()) {
            return;
        }
        departures.add(provider);
        List<CompletionStage<Void>> changes = new ArrayList<>();
        configured.forEach(server -> changes.add(server.reconsider()));
        LoopCalls.await(loops, changes, PATIENCE);
        Orphans.of(
                this, session -> session.layer != null && session.layer.filters.contains(provider), provider, leaving);
    }

    /** Adds a protocol, or takes over its new properties. */
    public void addProtocol(String name, ProtocolFactory factory, Map<String, ?> properties) {
        protocols.add(name, factory, properties);
        followed(name);
    }

    /**
     * Removes a protocol. When this returns the factory is not called any more, and the connections it has made protocols for are switched to its
     * successor or parked, drain, or are being closed, as their servers' policies say. Waits for that, for a bounded time, unless called on a loop.
     *
     * @param leaving whether the bundle goes with the service, so that its classes should not be in use afterwards: waits for drains too, up to
     *     their deadlines (SWITCH-42)
     */
    public void removeProtocol(ProtocolFactory factory, boolean leaving) {
        Catalog.Entry<ProtocolFactory> entry = protocols.remove(factory);
        if (entry == null || endsNow()) {
            return;
        }
        departures.add(factory);
        CompletableFuture<Collection<Drain>> swept = followed(entry.name()).toCompletableFuture();
        if (!LoopCalls.await(loops, List.of(swept), PATIENCE) || !leaving) {
            return;
        }
        Drain.await(this, swept.getNow(List.of()), factory);
    }

    /** Lets servers, then connections follow a change of a protocol's services. */
    private CompletionStage<Collection<Drain>> followed(String protocol) {
        List<CompletionStage<Void>> changes = new ArrayList<>();
        configured.stream()
                .filter(server -> server.concerns(protocol))
                .forEach(server -> changes.add(server.reconsider()));
        return LoopCalls.all(changes)
                .thenCompose(done -> Sweep.begin(this, protocol))
                .thenCompose(drains -> LoopCalls.all(configured.stream()
                                .filter(server -> server.concerns(protocol))
                                .map(ConfiguredServer::limitAgain) // now that it is known how many are parked
                                .toList())
                        .thenApply(done -> drains));
    }

    /** Is told that the protocol above filters has begun; its service may have left meanwhile. On the connection's loop. */
    void established(Layer layer) {
        Session session = layer.session;
        if (session != null) {
            // not in the middle of the filter's callbacks, where a switch would have to wait
            session.transport.loop().callSoon(() -> reconsider(session));
        }
    }

    /** Looks again whether a connection's protocol is the one it should have; one that is parked as that does not fit waits for another. */
    void reconsider(Session session) {
        Charge charge = session.charge();
        Catalog.Entry<ProtocolFactory> best = charge == null ? null : session.best(charge.protocol(), charge.options());
        if (charge == null || charge.isBy(best)) {
            return;
        }
        if (session.parked == null || best == null || best.state() != session.tried) {
            Sweep.begin(this, charge.protocol());
        }
    }

    /** Adds a listener to events about switches. */
    public void addListener(SwitchListener listener) {
        events.addListener(listener);
    }

    /** Removes a listener. */
    public void removeListener(SwitchListener listener) {
        events.removeListener(listener);
    }

    /** Tells whether everything is about to end, so that nothing has to be kept for a successor. */
    boolean isEnding() {
        return closed;
    }

    /**
     * Ends everything, in order, when the first that leaves does so because the whole framework stops: no connection waits for a drain then, and no
     * listener accepts what nobody will serve.
     */
    private boolean endsNow() {
        boolean ending = isEnding();
        if (ending) {
            close();
        }
        return ending;
    }

    /** Returns a number that no other connection has. */
    long nextConnectionId() {
        return ids.incrementAndGet();
    }

    /**
     * Returns the transport of a scheme.
     *
     * @param what what is being tried, for the error
     * @throws UnsupportedOperationException if there is none, with the present ones and the feature to install (SWITCH-57)
     */
    TransportProvider transport(String scheme, String what) {
        TransportProvider provider = transports.find(scheme);
        if (provider == null) {
            throw new UnsupportedOperationException("cannot " + what + ": no transport has scheme \"" + scheme
                    + "\"; present: " + transports.present() + FEATURE + scheme);
        }
        return provider;
    }

    /** Tells whether the connections of these settings are streams of both directions. */
    boolean hasStreams(ServerSettings settings) {
        TransportProvider provider = transports.find(settings.endpoint().scheme());
        return provider != null && provider.hasStreams();
    }

    /** Tells whether the transport and the filters of these settings are present. */
    boolean has(ServerSettings settings) {
        return transports.find(settings.endpoint().scheme()) != null
                && settings.plan().presentIn(filters);
    }

    /** Returns whose name this is: the server's, unless another one came first. */
    ConfiguredServer claim(String name, ConfiguredServer server) {
        ConfiguredServer holder = names.putIfAbsent(name, server);
        return holder == null ? server : holder;
    }

    /** Keeps the connections of a server that ends known by its name, if that is its own, until somebody takes them up or they are over. */
    void keepFormer(String name, ConfiguredServer server) {
        if (names.get(name) == server) {
            former.put(name, server);
        }
    }

    /** Leaves the name to whoever waits for it. */
    void giveUp(String name, ConfiguredServer server) {
        if (names.remove(name, server)) {
            configured.forEach(ConfiguredServer::retry);
        }
    }

    /** Returns the server whose connections a later one of its name has to take up, or null; only once. */
    @Nullable
    ConfiguredServer takeFormer(String name, ConfiguredServer later) {
        return names.get(name) == later ? former.remove(name) : null;
    }

    /** Forgets a server whose configuration is gone, if its last connection is over. */
    void forgetFormer(ConfiguredServer server) {
        if (server.isOver()) {
            former.remove(server.name(), server);
        }
    }

    /** Returns the server that people mean by a name: the open one, else one that has connections still, else one that could not open; or null. */
    @Nullable
    ConfiguredServer server(String name) {
        ConfiguredServer holder = names.get(name);
        ConfiguredServer found = holder == null ? former.get(name) : holder;
        return found != null
                ? found
                : configured.stream()
                        .filter(server -> server.name().equals(name))
                        .findAny()
                        .orElse(null);
    }

    /** Returns the names by which people can mean a server, in order. */
    Collection<String> serverNames() {
        Collection<String> all = new TreeSet<>(former.keySet());
        configured.forEach(server -> all.add(server.name()));
        return all;
    }

    /** Begins an operation; it is cancelled if its transport or its owner leaves. */
    <T> CompletableFuture<T> begin(
            Object owner,
            TransportProvider provider,
            IoLoop loop,
            Callable<? extends CompletionStage<T>> start,
            Consumer<T> undo,
            Runnable neverStarted) {
        if (closed) {
            throw new IllegalStateException("this network is closed");
        }
        Operation<T> operation = new Operation<>(loop, start, undo, neverStarted);
        pending.put(operation, new Part(owner, provider));
        CompletableFuture<T> result = operation.begin();
        CompletionStage<T> stage = result;
        stage.whenComplete((value, failure) -> pending.remove(operation));
        return result;
    }

    /**
     * Claims a channel for a connection.
     *
     * @throws IllegalStateException if an open transport owns it (CONN-28)
     */
    void adopt(Channel channel) {
        if (!adopted.add(channel)) {
            throw new IllegalStateException("channel " + channel + " is in use by another connection");
        }
    }

    /** Gives up a claim. */
    void disown(@Nullable Channel channel) {
        if (channel != null) {
            adopted.remove(channel);
        }
    }

    /**
     * Opens a server, when all addresses that are being given up are free.
     *
     * @param first sees the server on its loop before anything else does, in the turn in which it opened
     */
    CompletableFuture<ServerEntry> listen(
            Object owner,
            String name,
            Endpoint endpoint,
            List<String> hosts,
            ServerOptions options,
            FilterPlan plan,
            Function<EventLoop, ? extends BaseProtocol> factory,
            Consumer<Server> first) {
        String what = "listen at " + endpoint;
        TransportProvider provider = transport(endpoint.scheme(), what);
        plan.requireStreams(provider, endpoint);
        plan.require(filters, Side.SERVER, what);
        IoLoop loop = loops.choose();
        Origin origin = new Origin(this, owner, endpoint.scheme(), provider, null);
        ListenRequest request = new ListenRequest(
                loop,
                loops,
                endpoint.withoutOptions(),
                hosts,
                options,
                plan.isEmpty() ? factory : on -> filtered(plan, factory, on, what, origin),
                origin);
        Callable<CompletionStage<ServerEntry>> start =
                () -> addressesFree(loop, () -> provider.listen(request)).thenApply(server -> {
                    ServerEntry entry = new ServerEntry(name, endpoint, origin, server);
                    origin.server = entry;
                    first.accept(server);
                    servers.add(entry);
                    server.waitClosed().whenComplete((ended, failure) -> servers.remove(entry));
                    return entry;
                });
        return begin(owner, provider, loop, start, entry -> entry.server().close(), () -> closeChannel(options));
    }

    /** Gives every connection a chain of its own; a failing one ends its connection and nobody waits for it. */
    private BaseProtocol filtered(
            FilterPlan plan,
            Function<EventLoop, ? extends BaseProtocol> factory,
            EventLoop loop,
            String what,
            Origin origin) {
        BaseProtocol protocol = factory.apply(loop);
        try {
            return plan.wrap(this, (IoLoop) loop, protocol, Side.SERVER, what, origin, new CompletableFuture<>());
        } catch (UnsupportedOperationException | FilterPlan.NotReady lacking) {
            // gone in this moment; a configured server stops accepting as soon as it hears of that
            origin.failedFilters.incrementAndGet();
            LOG.log(Level.WARNING, () -> "a connection is closed: " + lacking.getMessage());
            return FilterPlan.refuse(this, protocol);
        }
    }

    private <T> CompletionStage<T> addressesFree(IoLoop loop, Callable<CompletionStage<T>> then) throws Exception {
        if (closings.isEmpty()) {
            return then.call();
        }
        return LoopCalls.all(closings.values())
                .handleAsync((done, failure) -> then, loop)
                .thenCompose(next -> {
                    try {
                        return next.call();
                    } catch (Exception e) {
                        return CompletableFuture.failedStage(e);
                    }
                });
    }

    private static void closeChannel(ServerOptions options) {
        Channels.closeQuietly(options.find(ServerOptions.SOCK));
    }

    /** Closes a server on its loop; whoever listens next waits for it. Its connections go on, but an endpoint of datagrams ends with its server. */
    CompletionStage<Void> close(ServerEntry entry) {
        entry.origin().closed = true;
        Object key = new Object();
        CompletableFuture<Void> done = new CompletableFuture<>();
        closings.put(key, done);
        CompletionStage<Void> closing = LoopCalls.on(entry.server().loop(), entry.server()::close);
        if (entry.origin().datagrams) {
            closing = closing.thenCompose(begun -> LoopCalls.await(entry.server()));
        }
        closing.whenComplete((closedNow, failure) -> {
            closings.remove(key);
            done.complete(null);
            configured.forEach(ConfiguredServer::retry);
        });
        return done;
    }

    private List<CompletionStage<Void>> closeServers(Predicate<ServerEntry> which) {
        List<CompletionStage<Void>> ends = new ArrayList<>();
        servers.stream().filter(which).forEach(entry -> ends.add(close(entry)));
        return ends;
    }

    /** Closes connections; each future completes when its close was called. */
    private List<CompletionStage<Void>> closeSessions(Predicate<Session> which) {
        List<CompletionStage<Void>> calls = new ArrayList<>();
        sessions.values().stream()
                .filter(which)
                .forEach(session -> calls.add(LoopCalls.on(session.transport.loop(), session::close)));
        return calls;
    }

    private void abortSessions(Predicate<Session> which) {
        sessions.values().stream()
                .filter(which)
                .forEach(session -> LoopCalls.on(session.transport.loop(), session::abort));
    }

    /**
     * Ends what an owner has begun: what is not open yet is cancelled, then servers end, then connections, which may flush for a while before they are
     * aborted. Bounded.
     */
    void release(Object owner) {
        pending.forEach((operation, by) -> {
            if (by.owner() == owner) {
                operation.cancel("cancelled, as " + owner + " has left");
            }
        });
        // each loop lets go of what was being opened
        LoopCalls.await(
                loops,
                loops.loops().stream().map(loop -> LoopCalls.on(loop, () -> {})).toList(),
                PATIENCE);
        end(entry -> entry.origin().owner == owner, session -> session.origin.owner == owner);
    }

    /** Ends everything, servers first, then connections, which may flush for a while before they are aborted. Bounded; repeated calls do nothing. */
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<CompletionStage<Void>> ends = new ArrayList<>();
        configured.forEach(server -> ends.add(server.stop()));
        LoopCalls.await(loops, ends, PATIENCE);
        pending.keySet().forEach(operation -> operation.cancel("cancelled, as the network closes"));
        end(entry -> true, session -> true);
        former.clear();
        events.close();
    }

    private void end(Predicate<ServerEntry> which, Predicate<Session> whose) {
        LoopCalls.await(loops, closeServers(which), PATIENCE);
        closeSessions(whose);
        if (!LoopCalls.await(loops, ended(whose), PATIENCE)) {
            abortSessions(whose);
            LoopCalls.await(loops, ended(whose), PATIENCE);
        }
    }

    private Collection<CompletionStage<Void>> ended(Predicate<Session> whose) {
        List<CompletionStage<Void>> ends = new ArrayList<>();
        sessions.values().stream().filter(whose).forEach(session -> ends.add(session.ended()));
        return ends;
    }

    /** Tells the server's bundle for pictures; an owner that is text is the bundle's name. */
    static String ownerName(@Nullable Object owner) {
        return owner == null ? "" : owner.toString();
    }

    @Override
    public CompletionStage<Void> suspend(String server) {
        return operator.suspend(server, true);
    }

    @Override
    public CompletionStage<Void> resume(String server) {
        return operator.suspend(server, false);
    }

    @Override
    public CompletionStage<Void> drain(String server, @Nullable Duration deadline) {
        return operator.drain(server, deadline);
    }

    @Override
    public CompletionStage<SwitchEvent> switchProtocol(long connection, String protocol) {
        return operator.switchProtocol(connection, protocol);
    }

    @Override
    public CompletionStage<List<LeakDTO>> leaks() {
        return departures.leaks();
    }

    @Override
    public CompletionStage<NetworkDTO> snapshot() {
        return RuntimeSnapshot.take(this);
    }
}
