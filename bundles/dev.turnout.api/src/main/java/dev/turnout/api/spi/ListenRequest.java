// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.protocol.BaseProtocol;
import java.util.List;
import java.util.function.Function;

/**
 * Asks a transport for a server.
 *
 * @param loop the loop to accept on
 * @param group where the connections are spread over
 * @param endpoint where to listen, its options already in {@code options}; with {@link ServerOptions#SOCK} only its scheme counts
 * @param hosts more than one host to listen at, or an empty list if the endpoint's is the only one
 * @param options the options
 * @param factory makes the protocol of each connection, called on the connection's loop
 * @param observer to be told
 */
public record ListenRequest(
        IoLoop loop,
        LoopGroup group,
        Endpoint endpoint,
        List<String> hosts,
        ServerOptions options,
        Function<EventLoop, ? extends BaseProtocol> factory,
        ConnectionObserver observer) {}
