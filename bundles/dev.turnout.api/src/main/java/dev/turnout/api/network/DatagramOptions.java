// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;

/**
 * Holds the options of a datagram endpoint.
 *
 * @see "section 17"
 */
public final class DatagramOptions extends Options<DatagramOptions> {

    /** Lets endpoints share a port (DGRAM-42). */
    public static final Option<Boolean> REUSE_PORT =
            Option.flag("reuse.port", false, Effect.REBIND, "Lets endpoints share a port (SO_REUSEPORT).");

    /** Allows broadcast targets (DGRAM-41). */
    public static final Option<Boolean> ALLOW_BROADCAST = Option.flag(
            "allow.broadcast", false, Effect.REBIND, "Allows broadcast targets (SO_BROADCAST; datagrams only).");

    /** The high-water mark of write flow control, which counts 8 bytes more for each datagram. */
    public static final Option<Long> WRITE_HIGH = StreamOptions.WRITE_HIGH;

    /** The low-water mark; unset means a quarter of the high one. */
    public static final Option<Long> WRITE_LOW = StreamOptions.WRITE_LOW;

    /** The hard limit of the send queue; unset means sixteen times the high-water mark, and 1 MiB at least. It holds while writing is paused: what lifts the queue above the mark is always taken. */
    public static final Option<Long> SEND_LIMIT = Option.size(
            "send.limit",
            null,
            Effect.NEW_CONNECTIONS,
            "Limits the bytes of datagrams that wait to be sent; unless set, sixteen times write.high and 1MiB at least (datagrams only).");

    /** What happens at that limit. */
    public static final Option<Overflow> SEND_OVERFLOW = Option.choice(
            "send.overflow",
            Overflow.DROP_NEW,
            Effect.NEW_CONNECTIONS,
            "Says what happens at send.limit: the newest datagram is dropped, the oldest, or the newest with an error (datagrams only).");

    /** The largest datagram that is delivered; larger ones are dropped whole, counted, and told to {@code errorReceived}. Unset means no limit. */
    public static final Option<Long> RECEIVE_LIMIT = Option.size(
            "receive.limit",
            null,
            Effect.NEW_CONNECTIONS,
            "Drops and reports datagrams that are larger; unset delivers every datagram whole (datagrams only).");

    /** The most datagrams read in one turn of the loop; more than one favours the endpoint over its neighbours (DGRAM-31). */
    public static final Option<Integer> RECEIVE_BATCH = Option.number(
            "receive.batch",
            1,
            1,
            1024,
            Effect.NEW_CONNECTIONS,
            "Reads at most this many datagrams in one turn of the loop (datagrams only).");

    /** The kernel's receive buffer; unset leaves it to the system. */
    public static final Option<Long> RECEIVE_BUFFER = StreamOptions.RECEIVE_BUFFER;

    /** The kernel's send buffer; unset leaves it to the system. */
    public static final Option<Long> SEND_BUFFER = StreamOptions.SEND_BUFFER;

    /** Delivers each datagram in an array of its own, which the protocol may keep (JAVA-18). */
    public static final Option<Boolean> PRIVATE_READS = StreamOptions.PRIVATE_READS;

    /** Refuses {@code setProtocol} between protocols that do not declare support (SWITCH-14). */
    public static final Option<Boolean> STRICT_SWITCHING = StreamOptions.STRICT_SWITCHING;

    /** Addresses of this family only; code only (DGRAM-37). */
    public static final Option<ProtocolFamily> FAMILY =
            Option.object("family", null, "Restricts the addresses to one family.");

    /** A channel to use, instead of addresses; code only (DGRAM-44). */
    public static final Option<DatagramChannel> SOCK =
            Option.object("sock", null, "Uses a channel instead of addresses.");

    /** The options that only datagrams have, which a server at a datagram endpoint has too. */
    static final List<Option<?>> OF_SERVERS =
            List.of(ALLOW_BROADCAST, SEND_LIMIT, SEND_OVERFLOW, RECEIVE_LIMIT, RECEIVE_BATCH);

    private static final Map<String, Option<?>> KNOWN = byName(List.of(
            REUSE_PORT,
            ALLOW_BROADCAST,
            WRITE_HIGH,
            WRITE_LOW,
            SEND_LIMIT,
            SEND_OVERFLOW,
            RECEIVE_LIMIT,
            RECEIVE_BATCH,
            RECEIVE_BUFFER,
            SEND_BUFFER,
            PRIVATE_READS,
            STRICT_SWITCHING,
            FAMILY,
            SOCK));

    /** The options with every value at its default. */
    public static final DatagramOptions DEFAULTS = new DatagramOptions(Map.of());

    private DatagramOptions(Map<Option<?>, Object> values) {
        super(values);
    }

    @Override
    DatagramOptions copy(Map<Option<?>, Object> newValues) {
        return new DatagramOptions(newValues);
    }

    @Override
    public Map<String, Option<?>> known() {
        return KNOWN;
    }
}
