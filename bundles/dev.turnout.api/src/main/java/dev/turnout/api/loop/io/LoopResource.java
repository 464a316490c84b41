// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop.io;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is something open that lives on a loop, known to it so that an orderly shutdown can end it and a hard one can name it.
 *
 * @see "LOOP-31, LOOP-32"
 */
@ConsumerType
public interface LoopResource {

    /** Tells whether this is a server or another source of new connections, which ends before connections do. */
    boolean isServer();

    /** Ends it in order; it detaches itself when it has ended. Loop's thread. */
    void close();

    /** Ends it at once. Loop's thread. */
    void abort();

    /** Is told that its loop was closed while it was open: frees what the loop knows nothing of, such as a child process or a thread. */
    default void dropped() {}
}
