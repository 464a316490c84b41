// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.Filter;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Is the side of a TLS connection that the transport below sees: its protocol. */
final class TlsFilter implements Filter, Protocol {

    private final TlsConnection connection;

    TlsFilter(IoLoop loop, LoopBuffers buffers, BaseProtocol upper, TlsSettings settings) {
        connection = new TlsConnection(loop, buffers, upper, settings);
    }

    @Override
    public BaseProtocol below() {
        return this;
    }

    @Override
    public CompletionStage<Transport> established() {
        return connection.established();
    }

    @Override
    public void connectionMade(BaseTransport transport) {
        connection.begin((Transport) transport);
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        connection.receivedBelow(data);
    }

    @Override
    public boolean eofReceived() {
        return connection.endedBelow();
    }

    @Override
    public void pauseWriting() {
        connection.pausedBelow();
    }

    @Override
    public void resumeWriting() {
        connection.resumedBelow();
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        connection.lostBelow(cause);
    }

    /** Says what is above, for reports. */
    @Override
    public String toString() {
        return "TLS below " + connection.transport();
    }
}
