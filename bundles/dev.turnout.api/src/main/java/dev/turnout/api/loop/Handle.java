// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Stands for one callback that was handed to a loop, and can call it off.
 *
 * @see "LOOP-3, LOOP-4, LOOP-5"
 */
@ProviderType
public interface Handle {

    /**
     * Calls the callback off; does nothing if it ran or was cancelled before. The callback is released at once.
     *
     * <p>Thread: the loop's; from another thread the callback may still run once.
     */
    void cancel();

    /** Tells whether {@link #cancel()} was called before the callback ran. */
    boolean cancelled();
}
