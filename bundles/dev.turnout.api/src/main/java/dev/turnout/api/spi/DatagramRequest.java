// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.BaseProtocol;
import java.net.SocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a transport for a datagram endpoint.
 *
 * @param loop the loop it will live on
 * @param localAddr where to receive, or null
 * @param remoteAddr the one peer, or null
 * @param options the options
 * @param factory makes the protocol, called once on the loop
 * @param observer to be told
 */
public record DatagramRequest(
        IoLoop loop,
        @Nullable SocketAddress localAddr,
        @Nullable SocketAddress remoteAddr,
        DatagramOptions options,
        Supplier<? extends BaseProtocol> factory,
        ConnectionObserver observer) {}
