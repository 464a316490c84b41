// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.transport.BaseTransport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Is told by transports which connections come and go; the network's side of a transport. Thread: the connection's loop. */
@ProviderType
public interface ConnectionObserver {

    /** Returns a number for a new connection. */
    long nextId();

    /** Is told that a connection is about to begin, directly before {@code connectionMade}. */
    void opened(BaseTransport transport);

    /** Is told that a connection has ended, directly after {@code connectionLost}. */
    void closed(BaseTransport transport, @Nullable Throwable cause);

    /**
     * Is told of every attempt to exchange the protocol once it is over, when the protocol in charge is known but has not got its unread bytes yet.
     */
    void switched(BaseTransport transport, SwitchReport report);

    /**
     * Closes a connection, flushing, that the transport has to end without having been asked to by the protocol: through the filters upon it, so that TLS
     * for one sends its closing alert.
     */
    default void closeThroughFilters(BaseTransport transport) {
        transport.close();
    }

    /** Answers information that the transport itself does not have, such as the bundle of its protocol. */
    Optional<Object> extraInfo(BaseTransport transport, String name);
}
