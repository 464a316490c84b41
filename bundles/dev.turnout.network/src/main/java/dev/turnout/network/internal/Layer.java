// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.FilterProvider;
import dev.turnout.api.transport.BaseTransport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Is what stands above the filters of one connection. Thread: the connection's loop. */
final class Layer {

    /** The protocol that waits for the filters; null afterwards, as it may be exchanged and has to be forgotten then. */
    private @Nullable BaseProtocol first;

    private @Nullable BaseTransport transport;

    /** The connection, once it has begun. */
    @Nullable
    Session session;

    /** Who has made the filters. */
    final List<FilterProvider> filters = new ArrayList<>();

    /** Begins with the protocol that waits for the filters. */
    Layer(BaseProtocol first) {
        this.first = first;
    }

    /** Is told that the filters are established. */
    void begin(BaseTransport above) {
        transport = above;
        first = null;
    }

    /** Returns the transport that the protocol above sees, or null until the filters are established. */
    @Nullable
    BaseTransport transport() {
        return transport;
    }

    /** Returns the protocol that gives the bytes meaning; null when the connection is over. */
    @Nullable
    BaseProtocol protocol() {
        BaseTransport above = transport;
        return above == null ? first : above.getProtocol();
    }
}
