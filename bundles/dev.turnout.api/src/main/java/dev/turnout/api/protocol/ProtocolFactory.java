// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Makes the protocol of each new connection. As a service with {@link ProtocolName} it can be named by servers and endpoints.
 *
 * @see "STREAM-16, LOOP-41"
 */
@ConsumerType
@FunctionalInterface
public interface ProtocolFactory {

    /**
     * Returns the protocol for one connection, called on that connection's loop; the same object may serve several.
     * An exception closes that connection and is reported (SERVER-20, SERVER-21).
     */
    BaseProtocol newProtocol(ProtocolContext context);

    /**
     * Checks a server's {@code protocol.*} properties before they are used; by default none is known.
     *
     * @throws IllegalArgumentException naming property, value and reason
     */
    default void validate(Map<String, String> options) {
        if (!options.isEmpty()) {
            throw new IllegalArgumentException(
                    "this protocol has no options; remove protocol." + String.join(", protocol.", options.keySet()));
        }
    }
}
