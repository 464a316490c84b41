// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.OpenLog;
import dev.turnout.testkit.contract.SocketPeer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

/** Joins a transport on a loop with a peer that the test controls. */
final class Pair implements AutoCloseable {

    final LoopThread loop = new LoopThread(EventLoops.newEventLoop("pair"));
    final OpenLog log = new OpenLog();
    final SocketPeer peer;
    final StreamChannelTransport transport;
    private final SocketChannel channel;

    Pair(BaseProtocol protocol) throws IOException {
        this(protocol, ConnectOptions.DEFAULTS);
    }

    Pair(BaseProtocol protocol, Direction direction) throws IOException {
        this(protocol, direction, ConnectOptions.DEFAULTS);
    }

    Pair(BaseProtocol protocol, ConnectOptions options) throws IOException {
        this(protocol, Direction.BOTH, options);
    }

    private Pair(BaseProtocol protocol, Direction direction, ConnectOptions options) throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.setOption(StandardSocketOptions.SO_RCVBUF, 32 * 1024);
            listener.bind(new InetSocketAddress("127.0.0.1", 0));
            SocketChannel own = SocketChannel.open(listener.getLocalAddress());
            own.configureBlocking(false);
            channel = own;
            peer = new SocketPeer(listener.accept());
            transport = loop.call(() -> StreamChannelTransport.begin(
                    loop.loop(), own, "tcp", direction, protocol, StreamSettings.of(options), log));
        }
    }

    /** Returns the transport's channel. */
    SocketChannel ownChannel() {
        return channel;
    }

    /** Writes until something is left in the buffer; returns how many bytes that took. */
    long fill() {
        return loop.call(() -> {
            long written = 0;
            while (transport.getWriteBufferSize() == 0 && !transport.isClosing()) {
                transport.write(new byte[16 * 1024]);
                written += 16 * 1024;
            }
            return written;
        });
    }

    /** Checks that nothing was reported but what the test took away. */
    void assertNoReports() {
        if (!loop.reports().isEmpty()) {
            throw new AssertionError("reported: " + List.copyOf(loop.reports()));
        }
    }

    @Override
    public void close() {
        try {
            peer.close();
        } catch (IOException e) {
            throw new AssertionError("cannot clean up", e);
        }
        loop.loop().shutdown(LoopThread.DEADLINE);
        loop.close();
    }
}
