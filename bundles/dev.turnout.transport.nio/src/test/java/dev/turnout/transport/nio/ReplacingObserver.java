// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.ConnectionObserver;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.transport.BaseTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * Replaces the protocol of a connection when it is about to begin.
 *
 * @param network who is told everything
 * @param next the protocol to set
 */
record ReplacingObserver(ConnectionObserver network, BaseProtocol next) implements ConnectionObserver {

    /** Begins a connection, whose peer ends at once. */
    static StreamChannelTransport begin(IoLoop loop, BaseProtocol protocol, ConnectionObserver observer)
            throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
            SocketChannel channel = SocketChannel.open(listener.getLocalAddress());
            channel.configureBlocking(false);
            return StreamChannelTransport.begin(
                    loop, channel, "tcp", protocol, StreamSettings.of(ConnectOptions.DEFAULTS), observer);
        }
    }

    @Override
    public long nextId() {
        return network.nextId();
    }

    @Override
    public void opened(BaseTransport transport) {
        transport.setProtocol(next);
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
        return Optional.empty();
    }
}
