// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import java.nio.channels.Channel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Is where connections come from, one server or one operation, and is told by the transport when they begin and end. */
final class Origin implements ConnectionObserver {

    final Core core;
    final Object owner;
    final String scheme;
    /** The transport; its successor after an update. */
    volatile TransportProvider provider;
    /** The channel that the caller handed in, or null. */
    final @Nullable Channel adopted;
    /** How many connections have begun. */
    final AtomicLong opened = new AtomicLong();
    /** How many ended before their filters were established, by a failed TLS handshake for one (TLS-6). */
    final AtomicLong failedFilters = new AtomicLong();
    /** The server, or null for connections made one by one. */
    volatile @Nullable ServerEntry server;
    /** Whether it is an endpoint of datagrams, so that server and connection are one. */
    volatile boolean datagrams;
    /** Whether the network has begun to close the server, which may have connections for long after. */
    volatile boolean closed;

    Origin(Core core, Object owner, String scheme, TransportProvider provider, @Nullable Channel adopted) {
        this.core = core;
        this.owner = owner;
        this.scheme = scheme;
        this.provider = provider;
        this.adopted = adopted;
    }

    @Override
    public long nextId() {
        return core.nextConnectionId();
    }

    @Override
    public void opened(BaseTransport transport) {
        opened.incrementAndGet();
        datagrams = transport instanceof DatagramTransport;
        Session session = new Session(transport, this);
        Layer layer = core.layers.remove(transport.getProtocol());
        if (layer != null) {
            layer.session = session;
            session.layer = layer;
        }
        // the one whose listener it came through, even if another one has its connections now
        try {
            if (owner instanceof ConfiguredServer configured) {
                configured.begun(session);
            }
            core.sessions.put(transport, session);
        } catch (Throwable e) {
            session.end(); // it does not begin, so nobody will tell its end
            throw e;
        }
    }

    @Override
    public void closed(BaseTransport transport, @Nullable Throwable cause) {
        core.disown(adopted);
        Session session = core.sessions.remove(transport);
        if (session != null) {
            session.end();
        }
    }

    @Override
    public void closeThroughFilters(BaseTransport transport) {
        Session session = core.sessions.get(transport);
        if (session == null) {
            transport.close();
        } else {
            session.close();
        }
    }

    @Override
    public void switched(BaseTransport transport, SwitchReport report) {
        Session session = core.sessions.get(transport);
        if (session != null) {
            core.switcher.told(session, report);
        }
    }

    @Override
    public Optional<Object> extraInfo(BaseTransport transport, String name) {
        if (!name.equals(ExtraInfo.BUNDLE.name())) {
            return Optional.empty();
        }
        Session session = core.sessions.get(transport);
        BaseProtocol protocol = session == null ? transport.getProtocol() : session.protocol();
        if (protocol == null) {
            return Optional.empty();
        }
        String bundle = BundleNames.of(protocol.getClass());
        return bundle.isEmpty() ? Optional.empty() : Optional.of(bundle);
    }
}
