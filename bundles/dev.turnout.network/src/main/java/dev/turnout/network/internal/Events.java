// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.SwitchEvent;
import dev.turnout.api.network.SwitchEvent.Kind;
import dev.turnout.api.network.SwitchListener;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest events about switches, and tells listeners of each on a thread that is no loop's.
 *
 * <p>Any thread; adding never waits for a listener.
 *
 * @see "SWITCH-56"
 */
final class Events {

    private static final System.Logger LOG = Logs.of("dev.turnout.network");
    private static final int KEPT = 1000;
    private static final int MOST_WAITING = 100_000;

    private final LoopGroup loops;
    private final SwitchFlight flights = new SwitchFlight();
    private final List<SwitchListener> listeners = new CopyOnWriteArrayList<>();
    private final ArrayDeque<SwitchEvent> latest = new ArrayDeque<>();
    private final ArrayDeque<SwitchEvent> waiting = new ArrayDeque<>();
    private boolean telling;
    private long dropped;
    private long forgotten;

    Events(LoopGroup loops) {
        this.loops = loops;
    }

    void addListener(SwitchListener listener) {
        listeners.add(listener);
    }

    void removeListener(SwitchListener listener) {
        listeners.remove(listener);
    }

    /** Adds an event about several connections. */
    void add(Kind kind, String server, int connections, String protocol, String reason) {
        add(new SwitchEvent(kind, System.currentTimeMillis(), server, 0, connections, protocol, "", 0, 0, reason));
    }

    void add(SwitchEvent event) {
        flights.record(event);
        log(event);
        synchronized (this) {
            if (latest.size() == KEPT) {
                latest.removeFirst();
                forgotten++;
            }
            latest.addLast(event);
            if (listeners.isEmpty()) {
                return;
            }
            if (waiting.size() == MOST_WAITING) {
                waiting.removeFirst();
                dropped++;
            }
            waiting.addLast(event);
            if (telling) {
                return;
            }
            telling = true;
        }
        tellElsewhere();
    }

    private void tellElsewhere() {
        try {
            loops.choose().runInExecutor(null, () -> {
                tell();
                return true;
            });
        } catch (IllegalStateException closed) {
            LOG.log(Level.DEBUG, "the loops are closed; listeners are told no more", closed);
            synchronized (this) {
                telling = false;
            }
        }
    }

    private void tell() {
        for (SwitchEvent event = next(); event != null; event = next()) {
            for (SwitchListener listener : listeners) {
                try {
                    listener.switched(event);
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "listener " + listener.getClass().getName() + " failed at " + event, e);
                }
            }
        }
    }

    private synchronized @Nullable SwitchEvent next() {
        if (dropped > 0) {
            LOG.log(Level.WARNING, "{0} events about switches were dropped, as listeners are too slow", dropped);
            dropped = 0;
        }
        SwitchEvent event = waiting.pollFirst();
        if (event == null) {
            telling = false;
        }
        return event;
    }

    /** Returns the latest events, oldest first. */
    synchronized List<SwitchEvent> latest() {
        return List.copyOf(latest);
    }

    /** Returns how many events came before the latest. */
    synchronized long forgotten() {
        return forgotten;
    }

    /** Leaves nothing behind in the virtual machine; events are still told to those who listen. */
    void close() {
        flights.close();
    }

    private static void log(SwitchEvent event) {
        Level level = switch (event.kind()) {
            case SWITCHED, PARKED, RESUMED -> Level.DEBUG;
            case DRAIN_BEGUN, DRAIN_ENDED, DEADLINE -> Level.INFO;
            case FAILED, ROLLED_BACK -> Level.DEBUG;
            case ABORTED, EXPIRED -> Level.WARNING;
        };
        if (LOG.isLoggable(level)) {
            LOG.log(level, text(event));
        }
    }

    /** Says an event in one line. */
    static String text(SwitchEvent event) {
        StringBuilder text = new StringBuilder(event.server().isEmpty() ? "no server" : "server " + event.server());
        text.append(": ")
                .append(event.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
        text.append(
                event.connection() == 0
                        ? ", " + event.connections() + (event.connections() == 1 ? " connection" : " connections")
                        : ", connection " + event.connection());
        text.append(event.from().isEmpty() ? "" : " from " + event.from());
        text.append(event.to().isEmpty() ? "" : " to " + event.to());
        text.append(event.nanos() == 0 ? "" : " in " + event.nanos() / 1000 + " us");
        return text.append(event.reason().isEmpty() ? "" : ": " + event.reason())
                .toString();
    }
}
