// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import java.nio.channels.Channel;
import java.util.function.Supplier;

/**
 * Asks a transport to take over one end of a pipe.
 *
 * @param loop the loop it will live on
 * @param pipe the end, owned by the transport from success on
 * @param factory makes the protocol, called once on the loop
 * @param observer to be told
 */
public record PipeRequest(
        IoLoop loop, Channel pipe, Supplier<? extends BaseProtocol> factory, ConnectionObserver observer) {}
