// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows the connections of one server, which live on several loops: the one place where their threads meet. Counts them as their observer, and passes on
 * to the network what it is told.
 *
 * <p>A connection counts from its acceptance until after its {@code connectionLost}. Those whose peer has an {@link InetSocketAddress} count by its host
 * too.
 *
 * @see "SERVER-33 to SERVER-36, SERVER-40"
 */
final class ServerConnections implements ConnectionObserver {

    private static final Logger LOG = Logs.of(ServerConnections.class.getName());

    private final ConnectionObserver network;
    private final Runnable ended;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<InetAddress, Integer> byHost = new ConcurrentHashMap<>();
    private final Set<StreamChannelTransport> open = ConcurrentHashMap.newKeySet();

    /** @param ended called on a connection's loop after its place was given up */
    ServerConnections(ConnectionObserver network, Runnable ended) {
        this.network = network;
        this.ended = ended;
    }

    int count() {
        return count.get();
    }

    /** Takes a place for the connection of a peer, unless its host has as many as it may have. */
    boolean enter(@Nullable SocketAddress peer, int mostOfHost) {
        InetAddress host = hostOf(peer);
        if (host != null) {
            int ofHost = byHost.merge(host, 1, Integer::sum);
            if (ofHost > mostOfHost) {
                leaveHost(host);
                return false;
            }
        }
        count.incrementAndGet();
        return true;
    }

    /** Gives the place of such a connection up. */
    void leave(@Nullable SocketAddress peer) {
        leaveHost(hostOf(peer));
        count.decrementAndGet();
        ended.run();
    }

    private void leaveHost(@Nullable InetAddress host) {
        if (host != null) {
            byHost.computeIfPresent(host, (key, ofHost) -> ofHost == 1 ? null : ofHost - 1);
        }
    }

    private static @Nullable InetAddress hostOf(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    /** Tells whether this is a connection of the server that has begun and not ended. */
    boolean has(StreamChannelTransport transport) {
        return open.contains(transport);
    }

    /** Runs an action for each open connection, on its own loop: at once for those of the caller's loop. */
    void each(Consumer<StreamChannelTransport> action) {
        for (StreamChannelTransport transport : open) {
            EventLoop home = transport.loop();
            if (home.inLoop()) {
                action.accept(transport);
            } else if (!home.isClosed()) {
                try {
                    home.execute(() -> action.accept(transport));
                } catch (IllegalStateException closedMeanwhile) {
                    LOG.log(Level.DEBUG, "the loop of a connection is closed", closedMeanwhile);
                }
            }
        }
    }

    @Override
    public long nextId() {
        return network.nextId();
    }

    @Override
    public void opened(BaseTransport transport) {
        open.add((StreamChannelTransport) transport);
        try {
            network.opened(transport);
        } catch (Throwable e) {
            open.remove(transport);
            throw e;
        }
    }

    @Override
    public void closed(BaseTransport transport, @Nullable Throwable cause) {
        open.remove(transport);
        try {
            network.closed(transport, cause);
        } finally {
            leave(((StreamChannelTransport) transport).peer());
        }
    }

    @Override
    public void closeThroughFilters(BaseTransport transport) {
        network.closeThroughFilters(transport);
    }

    @Override
    public void switched(BaseTransport transport, SwitchReport report) {
        network.switched(transport, report);
    }

    @Override
    public Optional<Object> extraInfo(BaseTransport transport, String name) {
        return network.extraInfo(transport, name);
    }
}
