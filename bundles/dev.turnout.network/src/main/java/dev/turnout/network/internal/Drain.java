// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.SwitchEvent.Kind;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Is a number of connections of one server that have a time to end by themselves, a grace time to flush after that, and are aborted then.
 *
 * <p>Any thread; each connection is touched on its loop.
 *
 * @see "SWITCH-39, SWITCH-41, SWITCH-42"
 */
final class Drain {

    /** When the connections are closed, in milliseconds since 1970. */
    final long until;

    /** Completes when the last connection has ended. */
    final CompletableFuture<Void> over = new CompletableFuture<>();

    private final Events events;
    private final String server;
    private final String protocol;
    private final Duration deadline;
    private final Duration grace;
    /** Whether it holds for connections that change their protocol meanwhile, too. */
    private final boolean lasting;
    /** The versions that are said to drain because of it. */
    private final Set<SwitchCounters.OfVersion> versions = new HashSet<>();

    private final AtomicInteger left = new AtomicInteger(1);
    private final AtomicBoolean deadlineTold = new AtomicBoolean();
    private int joined;

    /** Begins without connections; {@link #begun} says that all have joined. */
    Drain(Events events, String server, String protocol, Duration deadline, Duration grace, boolean lasting) {
        this.events = events;
        this.server = server;
        this.protocol = protocol;
        this.deadline = deadline;
        this.grace = grace;
        this.lasting = lasting;
        this.until = System.currentTimeMillis() + deadline.toMillis();
    }

    /** Returns how long connections may go on; what is left then is being closed, and nobody has to wait for that. */
    Duration deadline() {
        return deadline;
    }

    /** Lets a connection go on until the deadline. On its loop. */
    void join(Session session) {
        enter(session);
        session.after(deadline, () -> pass(session));
    }

    /** Closes a connection at once; it may flush until the deadline. On its loop. */
    void close(Session session) {
        enter(session);
        session.close();
        session.after(deadline, session::abort);
    }

    private synchronized void enter(Session session) {
        Drain before = session.drain;
        session.drain = this;
        if (before != null) {
            before.leave();
        }
        mark(session);
        joined++;
        left.incrementAndGet();
    }

    private synchronized void mark(Session session) {
        SwitchCounters.OfVersion version = session.version();
        if (version != null) {
            version.drainsUntil = until;
            versions.add(version);
        }
    }

    /** Is told that a connection has another protocol now, which ends its part in the drain unless that is to last. On its loop. */
    void switched(Session session) {
        if (lasting) {
            mark(session);
            session.after(Duration.ofMillis(Math.max(0, until - System.currentTimeMillis())), () -> pass(session));
        } else {
            session.drain = null;
            leave();
        }
    }

    private void pass(Session session) {
        if (!deadlineTold.getAndSet(true)) {
            events.add(Kind.DEADLINE, server, left.get(), protocol, "closing what has not ended by itself");
        }
        session.close();
        session.after(grace, session::abort);
    }

    /** Says that all connections have joined. */
    synchronized void begun(String reason) {
        if (joined > 0) {
            events.add(Kind.DRAIN_BEGUN, server, joined, protocol, reason);
        }
        leave();
    }

    /** Is told that a connection has ended or was switched after all. */
    void leave() {
        if (left.decrementAndGet() == 0) {
            if (joinedAny()) {
                events.add(Kind.DRAIN_ENDED, server, 0, protocol, "");
            }
            unmark();
            over.complete(null);
        }
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
