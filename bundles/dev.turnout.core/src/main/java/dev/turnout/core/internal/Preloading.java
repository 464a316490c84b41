// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.error.SystemErrors;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.Pipe;
import java.time.ZoneId;

/**
 * Loads early what needs a file descriptor at first use and has to work without one. A class that cannot be initialized for want of descriptors is lost
 * until the VM ends, so that a moment without them would cost more than the connections that could not be accepted then.
 *
 * @see "SERVER-16"
 */
final class Preloading {

    private static boolean done;

    private Preloading() {}

    /** Does it once; any thread. */
    static synchronized void ensure() {
        if (done) {
            return;
        }
        done = true;
        // logs write the time
        var unused = ZoneId.systemDefault().getRules();
        // channels write, and close, through a class that opens a pair of sockets
        try {
            Pipe pipe = Pipe.open();
            pipe.sink().close();
            pipe.source().close();
        } catch (IOException e) {
            LoopLogger.get().log(Level.DEBUG, "no pipe could be opened; whoever needs one is told why", e);
        }
        // what the want itself is reported with, as classes may come from files that are opened for each
        Reports.preload(SystemErrors.classify("preload", new IOException("Too many open files")));
    }
}
