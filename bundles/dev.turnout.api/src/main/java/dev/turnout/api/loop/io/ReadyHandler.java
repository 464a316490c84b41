// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop.io;

import org.osgi.annotation.versioning.ConsumerType;

/** Is called when its channel is ready; a transport is one itself, so that nothing lies between loop and transport. */
@ConsumerType
@FunctionalInterface
public interface ReadyHandler {

    /**
     * Handles readiness on the loop's thread; it runs at most once a turn and is not called any more once its registration was cancelled.
     * What it throws is reported; the registration stays.
     *
     * @param readyOps the bits of {@link java.nio.channels.SelectionKey} that are ready
     */
    void ready(int readyOps);
}
