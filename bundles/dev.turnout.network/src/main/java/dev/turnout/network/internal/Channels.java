// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import org.jspecify.annotations.Nullable;

/** Looks at channels that callers hand in. */
final class Channels {

    private static final System.Logger LOG = Logs.of("dev.turnout.network");

    private Channels() {}

    /** Returns the scheme of the transport that serves a channel: by its own address, which both kinds have once connected or bound. */
    static String scheme(NetworkChannel channel) {
        return localAddress(channel) instanceof UnixDomainSocketAddress ? "unix" : "tcp";
    }

    /** Returns the channel's own address, or null if it has none or is closed. */
    static @Nullable SocketAddress localAddress(NetworkChannel channel) {
        try {
            return channel.getLocalAddress();
        } catch (IOException closed) {
            return null;
        }
    }

    /** Closes a channel that nobody owns any more. */
    static void closeQuietly(@Nullable Channel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot close " + channel, e);
        }
    }
}
