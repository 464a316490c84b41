// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.protocol.BaseProtocol;
import org.osgi.annotation.versioning.ConsumerType;

/** Is a transport whose first protocol may come later than the connection. Thread: the loop's. */
@ConsumerType
public interface Replaceable {

    /** Replaces the protocol without asking it and without a hand-over (SWITCH-14). */
    void replaceProtocol(BaseProtocol next);
}
