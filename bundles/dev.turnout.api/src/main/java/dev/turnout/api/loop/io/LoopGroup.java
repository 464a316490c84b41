// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop.io;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Is the set of loops that connections are spread over. Any thread. */
@ProviderType
public interface LoopGroup {

    /** Returns the loops in a fixed order; at least one. */
    List<IoLoop> loops();

    /** Returns the next loop in turn. */
    IoLoop next();

    /** Returns the caller's own loop if it is one of this group, else {@link #next()}. */
    default IoLoop choose() {
        for (IoLoop loop : loops()) {
            if (loop.inLoop()) {
                return loop;
            }
        }
        return next();
    }
}
