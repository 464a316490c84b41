// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.spi.Logs;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.channels.Pipe;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads early what needs a file descriptor at first use and has to work without one. A class that cannot be initialized for want of descriptors is lost
 * until the VM ends, so that a moment without them would cost more than the connections that could not be accepted then.
 *
 * @see "SERVER-16"
 */
final class Preloading {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");

    private static final int SPARE = 8;

    private static boolean done;

    private Preloading() {}

    /**
     * Does it once; any thread.
     *
     * @throws IOException if there are too few descriptors to do it without harm; it is tried again with the next loop
     */
    static synchronized void ensure() throws IOException {
        if (done) {
            return;
        }
        requireDescriptors();
        // a log that cannot read its configuration loses everything, and it writes the time
        var unusedAnswer = LOG.isLoggable(Level.ERROR);
        var unusedRules = ZoneId.systemDefault().getRules();
        // channels write, and close, through a class that opens a pair of sockets
        Pipe pipe = Pipe.open();
        pipe.sink().close();
        pipe.source().close();
        // what the want itself is reported with, as classes may come from files that are opened for each
        Reports.preload(SystemErrors.classify("preload", new IOException("Too many open files")));
        done = true;
    }

    /** Opens a file of the JDK several times, which harms no class if that fails. */
    private static void requireDescriptors() throws IOException {
        File any = new File(System.getProperty("java.home"), "lib/modules");
        List<InputStream> open = new ArrayList<>();
        try {
            for (int i = 0; i < SPARE && any.canRead(); i++) {
                open.add(new FileInputStream(any));
            }
        } catch (IOException e) {
            throw new IOException(SPARE + " file descriptors are needed to begin with: " + e.getMessage(), e);
        } finally {
            for (InputStream one : open) {
                one.close();
            }
        }
    }
}
