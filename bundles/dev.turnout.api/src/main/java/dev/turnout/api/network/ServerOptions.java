// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.net.ProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Holds the options of a server; those of {@link StreamOptions} are for its connections. A server at a datagram endpoint has those of
 * {@link DatagramOptions} too, and makes nothing of what only streams have.
 *
 * @see "section 15, JAVA-9"
 */
public final class ServerOptions extends Options<ServerOptions> {

    /** The length of the kernel's queue of connections not yet accepted (SERVER-13). */
    public static final Option<Integer> BACKLOG = Option.number(
            "backlog", 100, 1, 65_535, Effect.REBIND, "Sets the length of the kernel's queue of new connections.");

    /** Binds although connections of an earlier server linger (SERVER-10). */
    public static final Option<Boolean> REUSE_ADDRESS =
            Option.flag("reuse.address", true, Effect.REBIND, "Binds although old connections linger (SO_REUSEADDR).");

    /** Lets several servers bind one port (SERVER-11). */
    public static final Option<Boolean> REUSE_PORT =
            Option.flag("reuse.port", false, Effect.REBIND, "Lets several servers bind one port (SO_REUSEPORT).");

    /** Listens from the start (SERVER-25). */
    public static final Option<Boolean> START_SERVING =
            Option.flag("start.serving", true, Effect.REBIND, "Listens at once; otherwise the address is bound only.");

    /** The most connections at a time; above it accepting pauses (SERVER-40). */
    public static final Option<Integer> MAX_CONNECTIONS = Option.number(
            "max.connections", 10_000, 1, Integer.MAX_VALUE, Effect.LIVE, "Pauses accepting at this many connections.");

    /**
     * The most connections of one remote address; more are closed at once. Does not count unix sockets. By default no address can fill a listener by
     * itself.
     */
    public static final Option<Integer> MAX_CONNECTIONS_PER_ADDRESS = Option.number(
            "max.connections.per.address",
            5_000,
            1,
            Integer.MAX_VALUE,
            Effect.LIVE,
            "Closes further connections of one remote address.");

    /** Removes the file of a unix socket when the server closes (UNIX-6). */
    public static final Option<Boolean> CLEANUP_SOCKET = Option.flag(
            "cleanup.socket", true, Effect.LIVE, "Removes the file of a unix socket when the server closes.");

    /** What becomes of the connections when the service of their protocol leaves or a better one comes (SWITCH-38 to -41, -46). */
    public static final Option<Departure> DEPARTURE = Option.choice(
            "departure",
            Departure.SWITCH,
            Effect.LIVE,
            "Says what becomes of connections whose protocol leaves: they are switched to its successor, drained, or closed.");

    /** How long draining connections may go on, and closing ones may flush (SWITCH-39, SWITCH-41). */
    public static final Option<Duration> DRAIN_DEADLINE = Option.delay(
            "drain.deadline",
            Duration.ofSeconds(10),
            Effect.LIVE,
            "Closes draining connections after this time, and aborts closing ones; 0 means at once.");

    /** How long draining connections may flush after the deadline before they are aborted (SWITCH-39). */
    public static final Option<Duration> DRAIN_GRACE = Option.delay(
            "drain.grace",
            Duration.ofSeconds(2),
            Effect.LIVE,
            "Aborts connections that are still flushing this long after the deadline of a drain; 0 means at once.");

    /** What becomes of connects while there is no service of the protocol (SWITCH-43). */
    public static final Option<Absence> ABSENCE = Option.choice(
            "absence",
            Absence.PARK,
            Effect.LIVE,
            "Says what becomes of connects while the protocol is missing: they are held (park) or refused.");

    /** The most connections held at a time while the protocol is missing (SWITCH-45, SWITCH-61). */
    public static final Option<Integer> PARK_CONNECTIONS = Option.number(
            "park.connections",
            10_000,
            1,
            Integer.MAX_VALUE,
            Effect.LIVE,
            "Pauses accepting at this many connections that wait for the protocol.");

    /** How long a connection is held while the protocol is missing (SWITCH-45, SWITCH-61). */
    public static final Option<Duration> PARK_TIMEOUT = Option.delay(
            "park.timeout",
            Duration.ofSeconds(10),
            Effect.LIVE,
            "Closes a connection that has waited for the protocol for this long; 0 means at once, so that an update in place closes it.");

    /** Listening addresses of this family only; code only. */
    public static final Option<ProtocolFamily> FAMILY =
            Option.object("family", null, "Restricts the addresses to one family.");

    /** A bound channel to serve, instead of an address; code only (SERVER-6, UNIX-9). */
    public static final Option<ServerSocketChannel> SOCK =
            Option.object("sock", null, "Serves a bound channel instead of an address.");

    /** Channels that an earlier server has released, listening ones or one of datagrams, to be served instead of an address; code only (SWITCH-48). */
    public static final Option<List<NetworkChannel>> LISTENERS =
            Option.object("listeners", null, "Serves channels that an earlier server has released.");

    /** Protects the connections by TLS; code only. */
    public static final Option<TlsOptions> TLS = Option.object("tls", null, "Protects the connections by TLS.");

    private static final Map<String, Option<?>> KNOWN = known(
            BACKLOG,
            REUSE_ADDRESS,
            REUSE_PORT,
            START_SERVING,
            MAX_CONNECTIONS,
            MAX_CONNECTIONS_PER_ADDRESS,
            CLEANUP_SOCKET,
            DEPARTURE,
            DRAIN_DEADLINE,
            DRAIN_GRACE,
            ABSENCE,
            PARK_CONNECTIONS,
            PARK_TIMEOUT,
            FAMILY,
            SOCK,
            LISTENERS,
            TLS);

    /** The options with every value at its default. */
    public static final ServerOptions DEFAULTS = new ServerOptions(Map.of());

    private ServerOptions(Map<Option<?>, Object> values) {
        super(values);
    }

    private static Map<String, Option<?>> known(Option<?>... own) {
        List<Option<?>> all = new ArrayList<>(List.of(own));
        all.addAll(StreamOptions.ALL);
        all.addAll(DatagramOptions.OF_SERVERS);
        return byName(all);
    }

    @Override
    ServerOptions copy(Map<Option<?>, Object> newValues) {
        return new ServerOptions(newValues);
    }

    @Override
    public Map<String, Option<?>> known() {
        return KNOWN;
    }
}
