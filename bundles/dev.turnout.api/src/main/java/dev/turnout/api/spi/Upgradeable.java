// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.protocol.BaseProtocol;
import java.nio.ByteBuffer;
import org.osgi.annotation.versioning.ConsumerType;

/** Is a transport that a filter can be put upon in the middle of a conversation. Thread: the loop's. */
@ConsumerType
public interface Upgradeable extends Replaceable {

    /**
     * Replaces the protocol for good: from now on the layer alone writes, by {@link #writeFromLayer}, and whoever still calls the transport's own write methods,
     * sends a file, sets another protocol or upgrades again gets an {@link IllegalStateException} instead of sending clear text into the layer's stream
     * (TLS-54).
     *
     * @throws IllegalArgumentException if the transport goes one way only (TLS-58)
     * @throws IllegalStateException if it was upgraded before, or cannot write any more
     */
    void upgrade(BaseProtocol layer);

    /** Sends bytes of the layer in charge, upgraded or not; otherwise as {@link dev.turnout.api.transport.WriteTransport#write(ByteBuffer)}. */
    void writeFromLayer(ByteBuffer data);

    /** Tells whether the protocol in charge was told to pause writing and not yet to resume (TLS-57). */
    boolean isWritingPaused();

    /** Tells whether only protocols that declare support may be exchanged on this connection, those above layers included (SWITCH-14). */
    boolean isSwitchingStrict();

    /** Tells the network of an attempt to exchange the protocol above a layer, as if it were this transport's own. */
    void switchedAbove(SwitchReport report);
}
