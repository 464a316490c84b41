// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.BaseTransport;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Is what the network knows about one connection. Thread: the connection's loop, apart from the final fields. */
final class Session {

    final BaseTransport transport;
    final Origin origin;
    final long since = System.currentTimeMillis();
    /** Completes when the connection is over. */
    final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** The protocol above the filters, or null if the transport's own one is in charge. */
    @Nullable
    BaseProtocol upper;

    Session(BaseTransport transport, Origin origin) {
        this.transport = transport;
        this.origin = origin;
    }

    /** Returns the protocol that gives the bytes meaning; null when the connection is over. */
    @Nullable
    BaseProtocol protocol() {
        BaseProtocol own = transport.getProtocol();
        return own == null || upper == null ? own : upper;
    }
}
