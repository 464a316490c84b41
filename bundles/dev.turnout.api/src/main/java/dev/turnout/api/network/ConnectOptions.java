// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import dev.turnout.api.loop.EventLoop;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holds the options of an outgoing or adopted connection, those of {@link StreamOptions} included.
 *
 * @see "section 14, JAVA-9"
 */
public final class ConnectOptions extends Options<ConnectOptions> {

    /** Bounds resolving, connecting and handshake together; off by default (CONN-29). */
    public static final Option<Duration> CONNECT_TIMEOUT = Option.time(
            "connect.timeout",
            Duration.ZERO,
            Effect.NEW_CONNECTIONS,
            "Bounds resolving, connecting and handshake together.");

    /** Starts the next address after this time although the former is still being tried; 250 ms is a good value, off by default (CONN-14, CONN-17). */
    public static final Option<Duration> HAPPY_EYEBALLS_DELAY = Option.time(
            "happy.eyeballs.delay",
            Duration.ZERO,
            Effect.NEW_CONNECTIONS,
            "Tries the next address after this time; 250ms is recommended.");

    /** How many addresses of the first family come before the other family; unset means 1 with happy eyeballs, else no reordering (CONN-16). */
    public static final Option<Integer> INTERLEAVE = Option.number(
            "interleave",
            null,
            0,
            1000,
            Effect.NEW_CONNECTIONS,
            "Mixes address families: so many of the first before one of the other.");

    /** Fails with every single cause instead of a summary (CONN-9). */
    public static final Option<Boolean> ALL_ERRORS =
            Option.flag("all.errors", false, Effect.NEW_CONNECTIONS, "Fails with every single cause.");

    /** Addresses of this family only; code only (CONN-11). */
    public static final Option<ProtocolFamily> FAMILY =
            Option.object("family", null, "Restricts the addresses to one family.");

    /** Where to connect from; code only (CONN-12, CONN-13). */
    public static final Option<InetSocketAddress> LOCAL_ADDR =
            Option.object("local.addr", null, "Binds to this address before connecting.");

    /** A connected channel to use, instead of an address; code only (CONN-2 to -5). */
    public static final Option<SocketChannel> SOCK =
            Option.object("sock", null, "Uses a connected channel instead of an address.");

    /** Protects the connection by TLS; code only. */
    public static final Option<TlsOptions> TLS = Option.object("tls", null, "Protects the connection by TLS.");

    /** The loop to live on, one of the network's; unset means the caller's own or the next in turn; code only. */
    public static final Option<EventLoop> LOOP = Option.object("loop", null, "Chooses the loop.");

    /** Says which end of a pipe an endpoint means. */
    public enum Mode {
        /** The reading end. */
        READ,
        /** The writing end. */
        WRITE
    }

    /** Which end of a pipe to open; endpoints of pipes only. */
    public static final Option<Mode> MODE =
            Option.choice("mode", Mode.READ, Effect.NEW_CONNECTIONS, "Opens this end of a pipe.");

    /** The arguments of a program; endpoints of processes only. */
    public static final Option<List<String>> ARG = new Option<>(
            "arg",
            List.of(),
            Effect.NEW_CONNECTIONS,
            "arguments, separated by line feeds (%0A in an endpoint)",
            "Passes these arguments to a program.",
            text -> List.of(text.split("\n", -1)));

    /** Says where the standard error of a program goes. */
    public enum ErrorOutput {
        /** To this process's own. */
        INHERIT,
        /** Nowhere. */
        DISCARD,
        /** Into its standard output. */
        MERGE
    }

    /** Where the standard error of a program goes; endpoints of processes only. */
    public static final Option<ErrorOutput> STDERR = Option.choice(
            "stderr", ErrorOutput.INHERIT, Effect.NEW_CONNECTIONS, "Says where a program's standard error goes.");

    private static final Map<String, Option<?>> KNOWN = known(
            CONNECT_TIMEOUT,
            HAPPY_EYEBALLS_DELAY,
            INTERLEAVE,
            ALL_ERRORS,
            FAMILY,
            LOCAL_ADDR,
            SOCK,
            TLS,
            LOOP,
            MODE,
            ARG,
            STDERR);

    /** The options with every value at its default. */
    public static final ConnectOptions DEFAULTS = new ConnectOptions(Map.of());

    private ConnectOptions(Map<Option<?>, Object> values) {
        super(values);
    }

    private static Map<String, Option<?>> known(Option<?>... own) {
        List<Option<?>> all = new ArrayList<>(List.of(own));
        all.addAll(StreamOptions.ALL);
        return byName(all);
    }

    @Override
    ConnectOptions copy(Map<Option<?>, Object> newValues) {
        return new ConnectOptions(newValues);
    }

    @Override
    public Map<String, Option<?>> known() {
        return KNOWN;
    }
}
