// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.BaseProtocol;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** Makes filters of one name; registered as a service with {@link FilterName}. */
@ConsumerType
public interface FilterProvider {

    /** Returns the name, as in the service property. */
    String name();

    /**
     * Makes the filter of one connection, on its loop. The network calls {@code connectionMade} of the upper protocol when the filter is
     * established, unless the connection is being upgraded.
     *
     * @param options the endpoint's options that begin with the filter's name and a dot, without those; the option that is the filter's name has an
     *     empty key
     * @throws IllegalStateException that says what is missing, although it was there when the options were checked
     */
    Filter wrap(IoLoop loop, BaseProtocol upper, Side side, TlsOptions tls, Map<String, String> options);

    /**
     * Tells whether filters can be made of these options; called before anything is opened.
     *
     * @throws IllegalArgumentException that says which option is wrong and why
     * @throws IllegalStateException that says what is missing, and may come
     */
    default void check(Side side, TlsOptions tls, Map<String, String> options) {}
}
