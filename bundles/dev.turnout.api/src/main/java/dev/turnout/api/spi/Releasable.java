// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is a server whose listening sockets can go on under another version of its transport, so that nobody is refused meanwhile.
 *
 * @see "SWITCH-48"
 */
@ConsumerType
public interface Releasable {

    /**
     * Ends the server, but leaves its listening sockets open; they are the caller's from now on. Connects wait in the kernel until somebody accepts
     * again. Open connections, and those that were accepted already, go on. Thread: the server's loop.
     *
     * @return the listening sockets, none if the server is closed or does not listen yet
     */
    List<ServerSocketChannel> release();
}
