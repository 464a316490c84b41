// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.protocol.BaseProtocol;
import org.osgi.annotation.versioning.ConsumerType;

/** Is a transport that a filter can be put upon in the middle of a conversation. */
@ConsumerType
public interface Upgradeable {

    /** Replaces the protocol without asking it and without a hand-over (SWITCH-14); loop's thread. */
    void replaceProtocol(BaseProtocol layer);
}
