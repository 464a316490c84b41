// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.SwitchEvent.Kind;
import java.time.Duration;
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
    private final AtomicInteger left = new AtomicInteger(1);
    private final AtomicBoolean deadlineTold = new AtomicBoolean();
    private int joined;

    /** Begins without connections; {@link #begun} says that all have joined. */
    Drain(Events events, String server, String protocol, Duration deadline, Duration grace) {
        this.events = events;
        this.server = server;
        this.protocol = protocol;
        this.deadline = deadline;
        this.grace = grace;
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
        SwitchCounters.OfVersion version = session.version();
        if (version != null) {
            version.drainsUntil = until;
        }
        joined++;
        left.incrementAndGet();
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
            over.complete(null);
        }
    }

    private synchronized boolean joinedAny() {
        return joined > 0;
    }
}
