// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.protocol.BaseProtocol;
import java.util.function.Supplier;

/**
 * Asks a transport for a connection.
 *
 * @param loop the loop it will live on
 * @param endpoint where to, its options already in {@code options}; with {@link ConnectOptions#SOCK} only its scheme counts
 * @param options the options, illegal combinations already refused
 * @param factory makes the protocol, called once on the loop when the channel is connected
 * @param serverSide whether this is a connection accepted elsewhere
 * @param observer to be told
 */
public record ConnectRequest(
        IoLoop loop,
        Endpoint endpoint,
        ConnectOptions options,
        Supplier<? extends BaseProtocol> factory,
        boolean serverSide,
        ConnectionObserver observer) {}
