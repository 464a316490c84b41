// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.UnreadBytes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Moves bytes for one protocol at a time. Made by the operations of {@code Network} only.
 *
 * @see "section 5"
 */
@ProviderType
public interface BaseTransport {

    /** Returns the loop it lives on, for life (JAVA-26). */
    EventLoop loop();

    /** Stops receiving, sends what is buffered in the background, then calls {@code connectionLost(null)} in a later turn (BASE-4 to -7). */
    void close();

    /** Tells whether it is closing or closed, for whatever reason (BASE-14, BASE-15). */
    boolean isClosing();

    /**
     * Replaces the protocol, carrying unread bytes over; the same as {@code setProtocol(protocol, UnreadBytes.CARRIED)}.
     *
     * @see "BASE-20, SWITCH-2 to SWITCH-15"
     */
    default void setProtocol(BaseProtocol protocol) {
        setProtocol(protocol, UnreadBytes.CARRIED);
    }

    /**
     * Replaces the protocol. Two that declare nothing are exchanged at once, without a callback; two {@code Switchable} ones hand over, after
     * the present callback of this connection if there is one (SWITCH-27).
     *
     * @throws IllegalStateException before any effect if only one declares support or names or versions do not meet (SWITCH-12)
     * @throws IllegalArgumentException if the protocol is null or not of the kind this transport serves (SWITCH-15)
     */
    void setProtocol(BaseProtocol protocol, UnreadBytes unreadBytes);

    /** Returns the protocol in charge; null after {@code connectionLost}. */
    @Nullable
    BaseProtocol getProtocol();

    /** Returns information by its name, see {@link ExtraInfo}; unknown names are empty, never an error (EXTRA-1, EXTRA-2). */
    Optional<Object> getExtraInfo(String name);

    /** Returns information by its name, or the default. */
    default Object getExtraInfo(String name, Object otherwise) {
        return getExtraInfo(name).orElse(otherwise);
    }

    /** Returns information by its typed key, without a cast (JAVA-5). */
    default <T> Optional<T> getExtraInfo(ExtraInfo<T> key) {
        return getExtraInfo(key.name()).filter(key.type()::isInstance).map(key.type()::cast);
    }
}
