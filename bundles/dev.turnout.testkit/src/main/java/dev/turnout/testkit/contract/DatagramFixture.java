// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.testkit.LoopThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Makes what the contract of datagram transports needs; one for each test, closed after it. Thread: the test's. */
public abstract class DatagramFixture implements AutoCloseable {

    /** Says what the kernel does with an endpoint's channel. On the loop. */
    public interface Gate {

        /** Lets the kernel take no datagrams. */
        void shut();

        /** Lets the kernel take datagrams again, and says that it does. */
        void reopen();

        /** Has the next send fail, an {@link IOException} or a {@link RuntimeException}. */
        void failSend(Exception failure);

        /** Has the next receive fail; null for one that finds nothing. */
        void failReceive(@Nullable Exception failure);
    }

    /**
     * Is a channel with a gate before it.
     *
     * @param channel what the transport gets
     * @param gate its gate
     */
    public record Gated(DatagramChannel channel, Gate gate) {}

    private final OpenLog log = new OpenLog();
    private final Deque<DatagramPeer> peers = new ArrayDeque<>();

    /** Makes a fixture. */
    protected DatagramFixture() {}

    /** Makes a loop. */
    public abstract IoLoop newLoop(String name);

    /** Returns the provider under test. */
    protected abstract TransportProvider provider();

    /** Returns the address of this machine in the family under test. */
    public abstract InetAddress loopback();

    /** Returns an address of this machine in the other family. */
    public abstract InetAddress otherFamily();

    /** Returns the family under test. */
    public abstract StandardProtocolFamily family();

    /** Puts a gate before a bound channel. */
    protected abstract Gated gate(DatagramChannel channel);

    /** Returns what the provider told its observer. */
    public final OpenLog log() {
        return log;
    }

    /** Makes a peer, which is closed with the fixture. */
    public final DatagramPeer peer() {
        DatagramPeer peer = new DatagramPeer(loopback());
        peers.push(peer);
        return peer;
    }

    /** Opens an endpoint, connected to a new peer or not, and returns after {@code connectionMade}. */
    public final DatagramLink open(LoopThread loop, BaseProtocol protocol, DatagramOptions options, boolean connected) {
        DatagramPeer peer = peer();
        DatagramTransport transport = loop.await(() -> start(
                        loop,
                        protocol,
                        connected ? null : new InetSocketAddress(loopback(), 0),
                        connected ? peer.address() : null,
                        options))
                .transport();
        return new DatagramLink(transport, address(loop, transport), peer, NO_GATE);
    }

    /** Opens an endpoint whose channel has a gate. */
    public final DatagramLink openGated(
            LoopThread loop, BaseProtocol protocol, DatagramOptions options, boolean connected) {
        DatagramPeer peer = peer();
        Gated gated;
        try {
            DatagramChannel channel = loop.loop().provider().openDatagramChannel(family());
            channel.bind(new InetSocketAddress(loopback(), 0));
            if (connected) {
                channel.connect(peer.address());
            }
            gated = gate(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        DatagramTransport transport = loop.await(
                        () -> start(loop, protocol, null, null, options.with(DatagramOptions.SOCK, gated.channel())))
                .transport();
        return new DatagramLink(transport, address(loop, transport), peer, gated.gate());
    }

    /** Starts to open an endpoint; to be called on the loop. */
    public final CompletionStage<Connection<DatagramTransport>> start(
            LoopThread loop,
            BaseProtocol protocol,
            @Nullable SocketAddress local,
            @Nullable SocketAddress remote,
            DatagramOptions options) {
        return provider().openDatagram(new DatagramRequest(loop.loop(), local, remote, options, () -> protocol, log));
    }

    /** Returns where a transport receives. */
    public final InetSocketAddress address(LoopThread loop, DatagramTransport transport) {
        return (InetSocketAddress)
                loop.call(() -> transport.getExtraInfo(ExtraInfo.SOCKNAME).orElseThrow());
    }

    @Override
    public void close() {
        while (!peers.isEmpty()) {
            peers.pop().close();
        }
    }

    private static final Gate NO_GATE = new Gate() {
        @Override
        public void shut() {
            throw new IllegalStateException("this endpoint has no gate; use openGated");
        }

        @Override
        public void reopen() {
            shut();
        }

        @Override
        public void failSend(Exception failure) {
            shut();
        }

        @Override
        public void failReceive(@Nullable Exception failure) {
            shut();
        }
    };
}
