// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.nio.channels.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Reports a transport that was dropped without being closed, and closes its channel. A loop holds its open transports, so this happens only
 * after a loop was closed under them.
 *
 * @see "BASE-19, LOOP-31, JAVA-32"
 */
final class LeakGuard implements Runnable {

    private static final Logger LOG = System.getLogger(LeakGuard.class.getName());
    private static final Cleaner CLEANER = Cleaner.create();

    private final Channel channel;
    private final String what;
    private final @Nullable Throwable createdAt;

    private LeakGuard(Channel channel, String what, boolean debug) {
        this.channel = channel;
        this.what = what;
        this.createdAt = debug ? new Throwable(what + " was created here") : null;
    }

    /**
     * Watches an owner until it is collected.
     *
     * @param what what to call it in the report
     * @param debug whether to remember where it was created
     * @return to be cleaned when the channel was closed in order
     */
    static Cleaner.Cleanable watch(Object owner, Channel channel, String what, boolean debug) {
        return CLEANER.register(owner, new LeakGuard(channel, what, debug));
    }

    @Override
    public void run() {
        if (!channel.isOpen()) {
            return;
        }
        LOG.log(Level.WARNING, what + " was dropped without being closed; its channel is closed now", createdAt);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot close the channel of " + what, e);
        }
    }
}
