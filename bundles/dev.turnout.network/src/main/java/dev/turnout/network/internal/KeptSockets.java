// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.nio.channels.NetworkChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the sockets of a server whose transport has left for the transport's next version, as long as connections may be parked.
 *
 * <p>Threads: any.
 *
 * @see "SWITCH-48"
 */
final class KeptSockets {

    private record Held(ServerSettings settings, List<NetworkChannel> channels) {}

    private static final System.Logger LOG = Logs.of("dev.turnout.network");

    private final Core core;
    private final String server;
    private final DelayedAction expiry = new DelayedAction();
    private final AtomicReference<@Nullable Held> held = new AtomicReference<>();

    /** Keeps nothing yet. */
    KeptSockets(Core core, String server) {
        this.core = core;
        this.server = server;
    }

    /** Keeps channels that were opened by these settings, and closes them when the time is over. */
    void keep(List<NetworkChannel> channels, ServerSettings settings) {
        if (!channels.isEmpty()) {
            held.set(new Held(settings, channels));
            expiry.hold(core.loops.choose(), settings.options().get(ServerOptions.PARK_TIMEOUT), this::close);
        }
    }

    /** Closes what is kept. */
    void close() {
        expiry.drop();
        Held now = held.getAndSet(null);
        if (now != null) {
            LOG.log(
                    Level.INFO,
                    () -> "server " + server + " closes " + now.settings().endpoint() + ", which no transport serves");
            now.channels().forEach(Channels::closeQuietly);
        }
    }

    /** Tells whether anything is kept. */
    boolean isHolding() {
        return held.get() != null;
    }

    /** Returns the options to listen with: with what is kept, if it can be served now; what was opened for other settings is closed in that case. */
    ServerOptions optionsFor(ServerSettings want) {
        Held now = held.get();
        if (now == null || !core.has(want)) {
            return want.options();
        }
        if (want.needsRebind(now.settings())) {
            close();
        } else if (held.compareAndSet(now, null)) {
            expiry.drop();
            return want.options().with(ServerOptions.LISTENERS, now.channels());
        }
        return want.options();
    }
}
