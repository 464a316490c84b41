// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.nio.channels.NetworkChannel;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is a server whose sockets can go on under another version of its transport, so that nobody is refused meanwhile.
 *
 * @see "SWITCH-48"
 */
@ConsumerType
public interface Releasable {

    /**
     * Ends the server, but leaves its listening sockets, or its socket of datagrams, open; they are the caller's from now on. Connects and datagrams
     * wait in the kernel until somebody accepts or receives again. Open connections, and those that were accepted already, go on; the one connection
     * of a server of datagrams ends. Thread: the server's loop.
     *
     * @return the sockets, none if the server is closed or does not listen yet
     */
    List<NetworkChannel> release();
}
