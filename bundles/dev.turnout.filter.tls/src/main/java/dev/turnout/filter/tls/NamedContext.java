// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Is a context that configurations and endpoints name. Thread: any. */
interface NamedContext {

    /**
     * Holds what was read from its files last.
     *
     * @param context the context
     * @param hosts the host names that its certificates are for, in lower case
     * @param proves whether it has a key, so that it may be a server's
     * @param vouches whether it has a trust store of its own, so that it may judge clients
     */
    record Loaded(SSLContext context, Set<String> hosts, boolean proves, boolean vouches) {

        /** Tells whether it is good for the same sides as another one. */
        boolean servesAs(Loaded other) {
            return proves == other.proves && vouches == other.vouches;
        }
    }

    String name();

    /** Returns what new connections get, or null if it could never be read. */
    @Nullable
    Loaded loaded();

    /** Returns why it cannot be used, or null if it can be, or was not looked at yet. */
    @Nullable
    String failure();

    /** Has somebody told when it can be used for the first time, or for more or less than before, or cannot be for another reason. */
    void whenUsable(Runnable listener);
}
