// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ProcessOptions;
import dev.turnout.api.protocol.BaseProtocol;
import java.util.List;
import java.util.function.Supplier;

/**
 * Asks a transport to start a child process.
 *
 * @param loop the loop it will live on
 * @param command program and arguments
 * @param options the options
 * @param factory makes the protocol, called once on the loop
 * @param observer to be told
 */
public record ProcessRequest(
        IoLoop loop,
        List<String> command,
        ProcessOptions options,
        Supplier<? extends BaseProtocol> factory,
        ConnectionObserver observer) {

    /** Copies the command. */
    public ProcessRequest {
        command = List.copyOf(command);
    }
}
