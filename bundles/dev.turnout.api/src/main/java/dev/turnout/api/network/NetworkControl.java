// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import dev.turnout.api.network.dto.LeakDTO;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Lets operators act on servers and connections. Any thread.
 *
 * <p>What names a server, protocol or connection that is not there fails with {@link IllegalArgumentException} through the stage, naming the servers or
 * protocols that are. On a loop's thread nothing waits: what was asked for inside a callback of a connection happens to it when that has returned.
 */
@ProviderType
public interface NetworkControl {

    /** Stops a configured server from accepting; its open connections live (SWITCH-54). */
    CompletionStage<Void> suspend(String server);

    /** Lets a suspended or drained server accept again (SWITCH-54). */
    CompletionStage<Void> resume(String server);

    /**
     * Suspends a configured server and gives its connections until the deadline to end; then they are closed, and after the server's grace time
     * aborted. The stage completes when the last one has ended, or a later drain has taken this one's place. A server whose configuration is gone is
     * known by its name until its last connection has ended.
     *
     * @param deadline how long they may go on, or null for the server's own {@code drain.deadline}
     */
    CompletionStage<Void> drain(String server, @Nullable Duration deadline);

    /**
     * Hands one connection over to the best service of a protocol, carrying unread bytes. Fails with {@link IllegalStateException} if the two
     * cannot be switched or the switch did not succeed; the old protocol goes on then.
     *
     * @param connection the connection's number
     * @param protocol the name of the protocol
     */
    CompletionStage<SwitchEvent> switchProtocol(long connection, String protocol);

    /**
     * Tells of each protocol, transport and filter bundle that has left whether its classes were collected, and what is known to hold them. Asks the
     * virtual machine for a garbage collection, off the loops, and may take seconds (SWITCH-37).
     */
    CompletionStage<List<LeakDTO>> leaks();
}
