// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Stands for a callback that is due at a time.
 *
 * @see "LOOP-11"
 */
@ProviderType
public interface TimerHandle extends Handle {

    /** Returns the due time in nanoseconds on the clock of {@link EventLoop#time()}, also after it fired. */
    long when();
}
