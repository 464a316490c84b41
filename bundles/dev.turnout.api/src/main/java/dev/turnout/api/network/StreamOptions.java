// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.time.Duration;
import java.util.List;

/** Lists the options that every stream connection has, whichever side opened it. They are part of {@link ServerOptions} and {@link ConnectOptions}. */
public final class StreamOptions {

    /** Sends small segments at once (TCP only). */
    public static final Option<Boolean> NO_DELAY =
            Option.flag("no.delay", true, Effect.NEW_CONNECTIONS, "Sends small segments at once (TCP_NODELAY).");

    /** Probes idle peers by the system's rules. */
    public static final Option<Boolean> KEEP_ALIVE =
            Option.flag("keep.alive", false, Effect.NEW_CONNECTIONS, "Probes idle peers (SO_KEEPALIVE).");

    /** The kernel's receive buffer, below 2 GiB; unset leaves it to the system. */
    public static final Option<Long> RECEIVE_BUFFER = Option.size(
            "receive.buffer",
            null,
            Integer.MAX_VALUE,
            Effect.NEW_CONNECTIONS,
            "Sets the kernel's receive buffer (SO_RCVBUF).");

    /** The kernel's send buffer, below 2 GiB; unset leaves it to the system. */
    public static final Option<Long> SEND_BUFFER = Option.size(
            "send.buffer",
            null,
            Integer.MAX_VALUE,
            Effect.NEW_CONNECTIONS,
            "Sets the kernel's send buffer (SO_SNDBUF).");

    /** The high-water mark of write flow control. */
    public static final Option<Long> WRITE_HIGH = Option.size(
            "write.high", 64L * 1024, Effect.NEW_CONNECTIONS, "Pauses writing above this many buffered bytes.");

    /** The low-water mark; unset means a quarter of the high one. */
    public static final Option<Long> WRITE_LOW = Option.size(
            "write.low",
            null,
            Effect.NEW_CONNECTIONS,
            "Resumes writing at this many buffered bytes; a quarter of write.high unless set.");

    /** Closes a connection on which nothing was received or sent for this long; off by default. */
    public static final Option<Duration> IDLE_TIMEOUT = Option.time(
            "idle.timeout",
            Duration.ZERO,
            Effect.NEW_CONNECTIONS,
            "Closes a connection on which nothing moved for this long.");

    /** Closes a connection on which no first byte came within this time; off by default. */
    public static final Option<Duration> FIRST_BYTE_TIMEOUT = Option.time(
            "first.byte.timeout",
            Duration.ZERO,
            Effect.NEW_CONNECTIONS,
            "Closes a connection whose peer sends no first byte within this time.");

    /** Delivers a private array with each {@code dataReceived}, which the protocol may keep (JAVA-18). */
    public static final Option<Boolean> PRIVATE_READS = Option.flag(
            "private.reads",
            false,
            Effect.NEW_CONNECTIONS,
            "Delivers each chunk in an array of its own, which the protocol may keep.");

    /** Resets the connection on abort if bytes were lost, so that the peer can tell (WRITE-36). */
    public static final Option<Boolean> RESET_ON_ABORT = Option.flag(
            "reset.on.abort", false, Effect.NEW_CONNECTIONS, "Resets a TCP connection on abort if bytes were lost.");

    /** Refuses {@code setProtocol} between protocols that do not declare support (SWITCH-14). */
    public static final Option<Boolean> STRICT_SWITCHING = Option.flag(
            "strict.switching",
            false,
            Effect.NEW_CONNECTIONS,
            "Refuses to exchange protocols that do not declare that they support it.");

    static final List<Option<?>> ALL = List.of(
            NO_DELAY,
            KEEP_ALIVE,
            RECEIVE_BUFFER,
            SEND_BUFFER,
            WRITE_HIGH,
            WRITE_LOW,
            IDLE_TIMEOUT,
            FIRST_BYTE_TIMEOUT,
            PRIVATE_READS,
            RESET_ON_ABORT,
            STRICT_SWITCHING);

    private StreamOptions() {}
}
