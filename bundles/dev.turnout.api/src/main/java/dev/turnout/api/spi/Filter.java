// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is a protocol towards the wire and offers a transport to the protocol above: TLS, compression.
 *
 * <p>Over a transport that is {@link Upgradeable} it writes by {@link Upgradeable#writeFromLayer}, so that it can be put upon a connection in being.
 */
@ConsumerType
public interface Filter {

    /** Returns the protocol for the transport below. */
    BaseProtocol below();

    /** Completes on the loop, before the first byte goes up, with the transport for the protocol above; fails if the filter cannot be established. */
    CompletionStage<Transport> established();
}
