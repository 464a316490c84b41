// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop.io;

import java.nio.channels.SelectableChannel;
import org.osgi.annotation.versioning.ProviderType;

/** Ties a channel to a loop. Thread: the loop's. */
@ProviderType
public interface Registration {

    /** Returns the registered channel. */
    SelectableChannel channel();

    /** Returns the operations waited for; 0 once cancelled. */
    int interestOps();

    /** Sets the operations waited for; does nothing once cancelled. */
    void interestOps(int ops);

    /** Ends the registration and leaves the channel open; after return the channel can be registered again. */
    void cancel();

    /**
     * Ends the registration and closes the channel. On return the descriptor of a listening or datagram channel is released, so that its address can
     * be bound again at once; that of a connection is released in the loop's next turn at the latest. Repeated calls do nothing; a failing close is
     * logged.
     */
    void close();
}
