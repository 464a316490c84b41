// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Option;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Is a number of connections of one server that have a time to end by themselves, a grace time to flush after that, and are aborted then.
 *
 * <p>Any thread; each connection is touched on its loop.
 *
 * @see "SWITCH-39, SWITCH-41, SWITCH-42"
 */
final class Drain {

    /** How much longer than until the deadline a bundle's stop waits, as what is closed then has to end. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static final Duration FINE = Duration.ofSeconds(10);
    private static final System.Logger LOG = Logs.of("dev.turnout.network");

    /** When the connections are closed, in milliseconds since 1970. */
    final long until;

    /** Completes when the last connection has ended. */
    final CompletableFuture<Void> over = new CompletableFuture<>();

    private final Events events;
    private final String server;
    private final String protocol;
    private final Duration deadline;
    private final Duration grace;
    /** Whether an operator wants it, so that it holds until its connections end, whatever leaves and comes back meanwhile. */
    private final boolean lasting;

    private final long began = System.nanoTime();
    /** The versions that are said to drain because of it. */
    private final Set<SwitchCounters.OfVersion> versions = new HashSet<>();

    private final AtomicInteger left = new AtomicInteger(1);
    /** How many connections have gone to a later drain that an operator wants. */
    private final AtomicInteger given = new AtomicInteger();

    private volatile @Nullable Drain successor;
    private final AtomicBoolean deadlineTold = new AtomicBoolean();
    private int joined;

    /** The connections whose time was over before all had joined; null when they have. */
    private @Nullable List<Session> early = new ArrayList<>();

    /** Begins without connections; {@link #begun} says that all have joined. */
    Drain(Events events, String server, String protocol, Duration deadline, Duration grace, boolean lasting) {
        this.events = events;
        this.server = server;
        this.protocol = protocol;
        this.deadline = deadline.compareTo(Option.LONGEST_TIME) > 0 ? Option.LONGEST_TIME : deadline;
        this.grace = grace;
        this.lasting = lasting;
        this.until = System.currentTimeMillis() + this.deadline.toMillis();
    }

    /** Returns how long connections may go on; what is left then is being closed, and nobody has to wait for that. */
    Duration deadline() {
        return deadline;
    }

    /** Lets a connection go on until the deadline, or until that of another drain if that is earlier. On its loop. */
    void join(Session session) {
        enter(session);
        limit(session);
    }

    /** Closes a connection at once; it may flush until the deadline. On its loop. */
    void close(Session session) {
        enter(session);
        mark(session);
        session.close();
        session.after(deadline, session::abort);
    }

    private void enter(Session session) {
        synchronized (this) {
            joined++;
            left.incrementAndGet();
        }
        Drain before = lasting ? session.ordered : session.departing;
        if (lasting) {
            session.ordered = this;
        } else {
            session.departing = this;
        }
        if (before != null && lasting) {
            before.leaveTo(this);
        } else if (before != null) {
            before.leave();
        }
    }

    private void leaveTo(Drain next) {
        successor = next;
        given.incrementAndGet();
        leave();
    }

    private synchronized void mark(Session session) {
        SwitchCounters.OfVersion version = session.version();
        if (version != null) {
            version.drainsUntil = until;
            versions.add(version);
        }
    }

    /** Lets a connection go on until the first deadline of the drains that it takes part in; for ever if there is none. On its loop. */
    private static void limit(Session session) {
        Drain first = first(session.ordered, session.departing);
        if (first == null) {
            session.cancelTimer();
            return;
        }
        first.mark(session);
        Duration rest = first.rest();
        session.after(rest.isNegative() ? Duration.ZERO : rest, () -> first.pass(session));
    }

    private static @Nullable Drain first(@Nullable Drain one, @Nullable Drain other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.rest().compareTo(other.rest()) <= 0 ? one : other;
    }

    private Duration rest() {
        return deadline.minusNanos(System.nanoTime() - began);
    }

    /**
     * Is told that a connection has another protocol now. That ends its part in a drain for want of the old one; what an operator wants goes on, and
     * so does a drain for want of a transport or filter. On its loop.
     */
    static void switched(Session session) {
        if (session.orphan) {
            limit(session);
        } else {
            ended(session);
        }
    }

    /** Is told that what a connection has missed is back: what an operator wants goes on (SWITCH-48). On its loop. */
    static void ended(Session session) {
        Drain departing = session.departing;
        session.departing = null;
        if (departing != null) {
            departing.leave();
        }
        limit(session);
    }

    private void pass(Session session) {
        synchronized (this) {
            if (early != null) {
                early.add(session); // first it is told that the drain begins
                return;
            }
        }
        if (!deadlineTold.getAndSet(true)) {
            events.add(Kind.DEADLINE, server, left.get(), protocol, "closing what has not ended by itself");
        }
        session.close();
        session.after(grace, session::abort);
    }

    /** Says that all connections have joined. */
    void begun(String reason) {
        List<Session> passed;
        synchronized (this) {
            if (joined > 0) {
                events.add(Kind.DRAIN_BEGUN, server, joined, protocol, reason);
            }
            passed = early == null ? List.of() : early;
            early = null;
        }
        leave();
        for (Session session : passed) {
            LoopCalls.on(session.transport.loop(), () -> {
                if (session.transport.getProtocol() != null && first(session.ordered, session.departing) == this) {
                    pass(session);
                }
            });
        }
    }

    /** Is told that a connection has ended or was switched after all. */
    void leave() {
        if (left.decrementAndGet() == 0) {
            if (joinedAny()) {
                Drain next = successor;
                String why = next == null
                        ? ""
                        : "another drain takes its place for these, with a deadline of " + Option.text(next.deadline);
                events.add(Kind.DRAIN_ENDED, server, given.get(), protocol, why);
            }
            unmark();
            over.complete(null);
        }
    }

    /** Says that it goes on, of how many connections, and how long. */
    String goesOn() {
        Duration rest = rest();
        return "its drain goes on: " + SwitchCounters.connections(left.get()) + " left, "
                + (rest.isNegative() ? "being closed" : "to be closed in " + Option.text(rounded(rest)));
    }

    /**
     * Waits until drains are over, at most until their deadlines, as a bundle's stop does that has connections with its classes. Says so first, as
     * whoever stops the bundle sees nothing else of it (SWITCH-42).
     *
     * @param service whose bundle is stopping
     */
    static void await(Core core, Collection<Drain> drains, Object service) {
        List<Drain> open = drains.stream().filter(drain -> !drain.over.isDone()).toList();
        if (open.isEmpty()) {
            return;
        }
        Duration longest = open.stream()
                .map(drain -> drain.deadline)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO)
                .plus(SLACK);
        if (LoopCalls.mayWait(core.loops)) {
            int count = open.stream().mapToInt(drain -> drain.left.get()).sum();
            LOG.log(
                    Level.INFO,
                    () -> "the stop of " + Charge.label(service.getClass()) + " waits for "
                            + SwitchCounters.connections(count) + " to end, at most " + Option.text(longest));
        }
        LoopCalls.await(core.loops, open.stream().map(drain -> drain.over).toList(), longest);
    }

    /** Leaves out what nobody wants to know of a rest: fractions of a second, or of a millisecond if it is short. */
    private static Duration rounded(Duration rest) {
        return rest.truncatedTo(rest.compareTo(FINE) < 0 ? ChronoUnit.MILLIS : ChronoUnit.SECONDS);
    }

    /** New connections of a version do not drain because earlier ones did. */
    private synchronized void unmark() {
        for (SwitchCounters.OfVersion version : versions) {
            if (version.drainsUntil == until) {
                version.drainsUntil = 0;
            }
        }
    }

    private synchronized boolean joinedAny() {
        return joined > 0;
    }
}
