// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolFactory;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Is a service whose protocols are none for streams, which nothing but one of them tells, and why it is of no use. It holds nothing of the service
 * itself, which may leave.
 *
 * @param service which service it is, in the state that it was in
 * @param options what its factory was told, as that may decide what it makes
 * @param endpoint the streams, without options
 * @param reason why not, and what to do
 */
record Unfit(long service, Map<String, String> options, Endpoint endpoint, String reason) {

    /** Says what is wrong with the first protocol of a connection, or null if nothing is. */
    static @Nullable Unfit of(@Nullable BaseProtocol first, Charge maker, Endpoint streams) {
        Catalog.Entry<ProtocolFactory> service = maker.service();
        if (first == null || service == null || first instanceof Protocol || first instanceof BufferedProtocol) {
            return null;
        }
        return new Unfit(
                service.state(),
                maker.options(),
                streams.withoutOptions(),
                first.getClass().getName() + " is no protocol for streams, which connections to " + streams
                        + " are; name one that is, or an endpoint of datagrams, as udp is");
    }

    /** Tells whether both are about the same service, with the same options at the same endpoint. */
    boolean isSame(Unfit other) {
        return service == other.service && options.equals(other.options) && endpoint.equals(other.endpoint);
    }

    /** Tells whether it is about a service with these options at this endpoint. */
    boolean isAbout(Catalog.Entry<?> other, Map<String, String> told, Endpoint at) {
        return service == other.state() && options.equals(told) && endpoint.equals(at.withoutOptions());
    }
}
