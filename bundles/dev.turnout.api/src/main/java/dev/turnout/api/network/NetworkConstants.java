// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

/** Names the service properties and configurations that Turnout knows. */
public final class NetworkConstants {

    /** The service property that names a protocol factory. */
    public static final String PROTOCOL_NAME = "turnout.protocol.name";

    /** The service property that names the scheme of a transport provider. */
    public static final String TRANSPORT_SCHEME = "turnout.transport.scheme";

    /** The service property that names a filter provider. */
    public static final String FILTER_NAME = "turnout.filter.name";

    /** The factory PID of configured servers: {@code dev.turnout.server~NAME}. */
    public static final String SERVER_PID = "dev.turnout.server";

    /** The PID of the loops. */
    public static final String LOOPS_PID = "dev.turnout.loops";

    /** The configuration key of a server's endpoint. */
    public static final String ENDPOINT = "endpoint";

    /** The configuration key of a server's protocol. */
    public static final String PROTOCOL = "protocol";

    /** Starts the configuration keys that are handed to the protocol's factory. */
    public static final String PROTOCOL_PREFIX = "protocol.";

    private NetworkConstants() {}
}
