// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.spi.Side;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.contract.SocketFixture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.spi.SelectorProvider;

/** Opens TCP connections on the loopback interface. */
final class TcpFixture extends SocketFixture {

    private final SelectorProvider selectors;

    TcpFixture(Side side) {
        this(side, SelectorProvider.provider());
    }

    TcpFixture(Side side, SelectorProvider selectors) {
        super(side);
        this.selectors = selectors;
    }

    @Override
    public IoLoop newLoop(String name) {
        return EventLoops.newEventLoop(name, selectors);
    }

    @Override
    protected TransportProvider provider() {
        return new TcpProvider();
    }

    @Override
    protected SocketAddress freeAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    protected Endpoint endpoint(SocketAddress address) {
        InetSocketAddress inet = (InetSocketAddress) address;
        return Endpoint.of("tcp", inet.getAddress().getHostAddress(), inet.getPort());
    }

    @Override
    protected StandardProtocolFamily family() {
        return StandardProtocolFamily.INET;
    }
}
