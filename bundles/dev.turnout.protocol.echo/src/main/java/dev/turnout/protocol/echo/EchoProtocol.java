// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.echo;

import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends back what it receives. It takes in nothing while the peer does not read, so a connection holds the high-water mark and one chunk at most.
 *
 * <p>It declares no hand-over: between two echoes there is nothing to hand over, and {@code setProtocol} exchanges them at once.
 */
public final class EchoProtocol implements Protocol {

    private @Nullable Transport transport;

    /** Makes a protocol for one connection. */
    public EchoProtocol() {}

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        transport().write(data);
    }

    @Override
    public void pauseWriting() {
        transport().pauseReading();
    }

    @Override
    public void resumeWriting() {
        transport().resumeReading();
    }

    private Transport transport() {
        return Objects.requireNonNull(transport);
    }
}
