// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.run.Launch;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** A server that takes part. */
public interface Peer {

    /** Returns its name in tables and options. */
    String name();

    /** Returns what it can serve or do: the words that {@link Peers} and scenarios agree on. */
    Set<String> kinds();

    /** Returns the version measured. */
    String version(Launch launch) throws IOException, InterruptedException;

    /**
     * Returns the command that starts it.
     *
     * @param where the kind; of {@code unix} with the path of the socket, of {@code tls} with that of the key store
     */
    List<String> command(Launch launch, String where) throws IOException, InterruptedException;
}
