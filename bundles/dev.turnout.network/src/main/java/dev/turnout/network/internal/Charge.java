// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says who makes the protocols of connections, and with which options; what a connection needs to know to find its successor.
 *
 * @param protocol the protocol's name
 * @param service the service, or null while there is none
 * @param options what the factory is told
 * @param server the name of the server, or an empty text
 */
record Charge(
        String protocol, Catalog.@Nullable Entry<ProtocolFactory> service, Map<String, String> options, String server) {

    private record Context(EventLoop loop, String server, Map<String, String> options) implements ProtocolContext {}

    /** Tells whether there is nobody to make protocols. */
    boolean isVacant() {
        return service == null;
    }

    /** Tells whether the given service makes the protocols. */
    boolean isBy(Catalog.@Nullable Entry<ProtocolFactory> other) {
        return service == null ? other == null : other != null && service.service() == other.service();
    }

    /** Returns the same for another service. */
    Charge with(Catalog.@Nullable Entry<ProtocolFactory> other) {
        return new Charge(protocol, other, options, server);
    }

    /**
     * Makes a protocol; on the connection's loop.
     *
     * @throws IllegalStateException if there is nobody to do so
     */
    BaseProtocol newProtocol(EventLoop loop) {
        if (service == null) {
            throw new IllegalStateException("no service of the protocol \"" + protocol + "\" is present");
        }
        return service.service().newProtocol(new Context(loop, server, options));
    }

    /** Names who makes the protocols: symbolic name and version of the bundle, else the factory's class; an empty text for nobody. */
    String label() {
        return service == null ? "" : label(service.service().getClass());
    }

    /** Names where a class comes from: symbolic name and version of its bundle, else the class itself. */
    static String label(Class<?> type) {
        String bundle = BundleNames.of(type);
        return bundle.isEmpty() ? type.getName() : bundle;
    }
}
