// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.transport.SocketView;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Accepts connections. Thread: its loop's, except {@link #asResource()}, {@link #loop()} and {@link #connections()}.
 *
 * @see "section 15"
 */
@ProviderType
public interface Server {

    /** Returns the loop it accepts on; its connections may live on other loops of the group. */
    EventLoop loop();

    /** Returns the endpoint it was opened with. */
    Endpoint endpoint();

    /** Returns views of the listening sockets; empty after close (SERVER-24). */
    List<SocketView> sockets();

    /** Listens; does nothing if it does already (SERVER-25, SERVER-26). */
    CompletionStage<Void> startServing();

    /** Tells whether it listens (SERVER-27). */
    boolean isServing();

    /** Listens until the stage is cancelled, which closes the server and its clients (SERVER-28 to -30). */
    CompletionStage<Void> serveForever();

    /** Stops listening at once; on return the address is free. Open connections go on (SERVER-31, SERVER-32). */
    void close();

    /** Closes each open connection, flushing (SERVER-35). */
    void closeClients();

    /** Aborts each open connection (SERVER-36). */
    void abortClients();

    /** Completes when the server is closed and its last connection has ended (SERVER-33, SERVER-34). */
    CompletionStage<Void> waitClosed();

    /** Returns the number of open connections. Any thread. */
    int connections();

    /** Stops accepting without giving the address up, or goes on; open connections live (SWITCH-54). */
    void suspend(boolean suspended);

    /** Takes over the options whose effect is not {@link Effect#REBIND}; others are left as they are. */
    void setOptions(ServerOptions options);

    /** Returns a view for try-with-resources, whose close closes the server and waits for it; not from a loop's thread (SERVER-39). */
    AutoCloseable asResource();
}
