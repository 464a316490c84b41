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
    public static final Option<Boolean> ALLOW_BROADCAST =
            Option.flag("allow.broadcast", false, Effect.REBIND, "Allows broadcast targets (SO_BROADCAST).");

    /** The high-water mark of write flow control. */
    public static final Option<Long> WRITE_HIGH = Option.size(
            "write.high", 64L * 1024, Effect.NEW_CONNECTIONS, "Pauses writing above this many queued bytes.");

    /** Addresses of this family only; code only (DGRAM-37). */
    public static final Option<ProtocolFamily> FAMILY =
            Option.object("family", null, "Restricts the addresses to one family.");

    /** A channel to use, instead of addresses; code only (DGRAM-44). */
    public static final Option<DatagramChannel> SOCK =
            Option.object("sock", null, "Uses a channel instead of addresses.");

    private static final Map<String, Option<?>> KNOWN =
            byName(List.of(REUSE_PORT, ALLOW_BROADCAST, WRITE_HIGH, FAMILY, SOCK));

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
