// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Describes the configuration of a server to tools and for the manual. Values are texts, as in endpoints; an empty one means the default. */
@ObjectClassDefinition(
        name = "Turnout server",
        description =
                "One listening server: where it listens, which protocol it speaks, and its limits. Further properties that begin with"
                        + " \"protocol.\" are handed to the protocol.")
public @interface ServerConfig {

    @AttributeDefinition(
            name = "endpoint",
            description =
                    "Where to listen, such as tcp://0.0.0.0:9000?backlog=512 or unix:/run/app.sock. A change takes effect by rebinding.")
    String endpoint();

    @AttributeDefinition(
            name = "protocol",
            description = "The name of the protocol, such as echo. A change takes effect for new connections.")
    String protocol();

    @AttributeDefinition(
            name = "backlog",
            description =
                    "Sets the length of the kernel's queue of new connections. A change takes effect by rebinding.",
            required = false)
    String backlog() default "100";

    @AttributeDefinition(
            name = "reuse.address",
            description = "Binds although old connections linger (SO_REUSEADDR). A change takes effect by rebinding.",
            required = false)
    String reuse_address() default "true";

    @AttributeDefinition(
            name = "reuse.port",
            description = "Lets several servers bind one port (SO_REUSEPORT). A change takes effect by rebinding.",
            required = false)
    String reuse_port() default "false";

    @AttributeDefinition(
            name = "start.serving",
            description = "Listens at once; otherwise the address is bound only. A change takes effect by rebinding.",
            required = false)
    String start_serving() default "true";

    @AttributeDefinition(
            name = "max.connections",
            description = "Pauses accepting at this many connections. A change takes effect live.",
            required = false)
    String max_connections() default "10000";

    @AttributeDefinition(
            name = "max.connections.per.address",
            description = "Closes further connections of one remote address. A change takes effect live.",
            required = false)
    String max_connections_per_address() default "5000";

    @AttributeDefinition(
            name = "cleanup.socket",
            description = "Removes the file of a unix socket when the server closes. A change takes effect live.",
            required = false)
    String cleanup_socket() default "true";

    @AttributeDefinition(
            name = "departure",
            description =
                    "Says what becomes of connections whose protocol leaves: they are switched to its successor, drained, or closed. A change takes effect live.",
            required = false)
    String departure() default "switch";

    @AttributeDefinition(
            name = "drain.deadline",
            description =
                    "Closes draining connections after this time, and aborts closing ones; 0 means at once. A change takes effect live.",
            required = false)
    String drain_deadline() default "10s";

    @AttributeDefinition(
            name = "drain.grace",
            description =
                    "Aborts connections that are still flushing this long after the deadline of a drain; 0 means at once. A change takes effect live.",
            required = false)
    String drain_grace() default "2s";

    @AttributeDefinition(
            name = "absence",
            description =
                    "Says what becomes of connects while the protocol is missing: they are held (park) or refused. A change takes effect live.",
            required = false)
    String absence() default "park";

    @AttributeDefinition(
            name = "park.connections",
            description =
                    "Pauses accepting at this many connections that wait for the protocol. A change takes effect live.",
            required = false)
    String park_connections() default "10000";

    @AttributeDefinition(
            name = "park.timeout",
            description =
                    "Closes a connection that has waited for the protocol for this long; 0 means at once, so that an update in place closes it. A change takes effect live.",
            required = false)
    String park_timeout() default "10s";

    @AttributeDefinition(
            name = "no.delay",
            description = "Sends small segments at once (TCP_NODELAY). A change takes effect for new connections.",
            required = false)
    String no_delay() default "true";

    @AttributeDefinition(
            name = "keep.alive",
            description = "Probes idle peers (SO_KEEPALIVE). A change takes effect for new connections.",
            required = false)
    String keep_alive() default "false";

    @AttributeDefinition(
            name = "receive.buffer",
            description = "Sets the kernel's receive buffer (SO_RCVBUF). A change takes effect for new connections.",
            required = false)
    String receive_buffer() default "";

    @AttributeDefinition(
            name = "send.buffer",
            description = "Sets the kernel's send buffer (SO_SNDBUF). A change takes effect for new connections.",
            required = false)
    String send_buffer() default "";

    @AttributeDefinition(
            name = "write.high",
            description = "Pauses writing above this many buffered bytes. A change takes effect for new connections.",
            required = false)
    String write_high() default "64KiB";

    @AttributeDefinition(
            name = "write.low",
            description =
                    "Resumes writing at this many buffered bytes; a quarter of write.high unless set. A change takes effect for new connections.",
            required = false)
    String write_low() default "";

    @AttributeDefinition(
            name = "idle.timeout",
            description =
                    "Closes a connection on which nothing moved for this long. A change takes effect for new connections.",
            required = false)
    String idle_timeout() default "0";

    @AttributeDefinition(
            name = "first.byte.timeout",
            description =
                    "Closes a connection whose peer sends no first byte within this time. A change takes effect for new connections.",
            required = false)
    String first_byte_timeout() default "0";

    @AttributeDefinition(
            name = "private.reads",
            description =
                    "Delivers each chunk in an array of its own, which the protocol may keep. A change takes effect for new connections.",
            required = false)
    String private_reads() default "false";

    @AttributeDefinition(
            name = "reset.on.abort",
            description =
                    "Resets a TCP connection on abort if bytes were lost. A change takes effect for new connections.",
            required = false)
    String reset_on_abort() default "false";

    @AttributeDefinition(
            name = "strict.switching",
            description =
                    "Refuses to exchange protocols that do not declare that they support it. A change takes effect for new connections.",
            required = false)
    String strict_switching() default "false";

    @AttributeDefinition(
            name = "allow.broadcast",
            description =
                    "Allows broadcast targets (SO_BROADCAST; datagrams only). A change takes effect by rebinding.",
            required = false)
    String allow_broadcast() default "false";

    @AttributeDefinition(
            name = "send.limit",
            description =
                    "Limits the bytes of datagrams that wait to be sent; unless set, sixteen times write.high and 1MiB at least (datagrams only). A change takes effect for new connections.",
            required = false)
    String send_limit() default "";

    @AttributeDefinition(
            name = "send.overflow",
            description =
                    "Says what happens at send.limit: the newest datagram is dropped, the oldest, or the newest with an error (datagrams only). A change takes effect for new connections.",
            required = false)
    String send_overflow() default "drop_new";

    @AttributeDefinition(
            name = "receive.limit",
            description =
                    "Drops and reports datagrams that are larger; unset delivers every datagram whole (datagrams only). A change takes effect for new connections.",
            required = false)
    String receive_limit() default "";

    @AttributeDefinition(
            name = "receive.batch",
            description =
                    "Reads at most this many datagrams in one turn of the loop (datagrams only). A change takes effect for new connections.",
            required = false)
    String receive_batch() default "1";
}
