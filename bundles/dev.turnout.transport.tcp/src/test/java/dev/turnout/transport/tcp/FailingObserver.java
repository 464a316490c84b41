// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import java.util.Optional;

/** Closes the first connection and fails when it is about to begin; passes on to the network what it is told of the others. */
final class FailingObserver implements ConnectionObserver {

    private final ConnectionObserver network;
    private boolean failed;

    FailingObserver(ConnectionObserver network) {
        this.network = network;
    }

    @Override
    public long nextId() {
        return network.nextId();
    }

    @Override
    public void opened(BaseTransport transport) {
        if (!failed) {
            failed = true;
            transport.close();
            throw new LinkageError("a plugin is gone");
        }
        network.opened(transport);
    }

    @Override
    public void closed(BaseTransport transport, Throwable cause) {
        network.closed(transport, cause);
    }

    @Override
    public void switched(BaseTransport transport, SwitchReport report) {
        network.switched(transport, report);
    }

    @Override
    public Optional<Object> extraInfo(BaseTransport transport, String name) {
        return network.extraInfo(transport, name);
    }
}
