// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.contract.DatagramFixture;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;

/** Opens UDP endpoints on the loopback interface. */
final class UdpFixture extends DatagramFixture {

    private final StandardProtocolFamily family;

    UdpFixture(StandardProtocolFamily family) {
        this.family = family;
    }

    @Override
    public IoLoop newLoop(String name) {
        return EventLoops.newEventLoop(name, SelectorProvider.provider());
    }

    @Override
    protected TransportProvider provider() {
        return new UdpProvider();
    }

    static InetAddress loopback(StandardProtocolFamily family) {
        byte[] address = new byte[family == StandardProtocolFamily.INET ? 4 : 16];
        address[address.length - 1] = 1;
        if (address.length == 4) {
            address[0] = 127;
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public InetAddress loopback() {
        return loopback(family);
    }

    @Override
    public InetAddress otherFamily() {
        return loopback(
                family == StandardProtocolFamily.INET ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    }

    @Override
    public StandardProtocolFamily family() {
        return family;
    }

    @Override
    protected Gated gate(DatagramChannel channel) {
        GatedChannel gated = new GatedChannel(channel);
        return new Gated(gated, gated);
    }
}
