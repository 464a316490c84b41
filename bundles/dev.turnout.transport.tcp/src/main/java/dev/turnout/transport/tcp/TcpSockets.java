// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import dev.turnout.api.network.Options;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.transport.nio.BoundSocket;
import dev.turnout.transport.nio.SocketKind;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Describes TCP sockets.
 *
 * @see "SERVER-9 to SERVER-13, BASE-25, JAVA-33"
 */
class TcpSockets implements SocketKind {

    @Override
    public String scheme() {
        return "tcp";
    }

    /** Returns the address of all IPv4 interfaces. */
    static InetSocketAddress anyOfInet(int port) {
        return new InetSocketAddress(anyOf(new byte[4]), port);
    }

    /** Returns the address of all interfaces of both families: the JDK makes every IPv6 listener a dual-stack one. */
    static InetSocketAddress any(SelectorProvider provider, int port) {
        return hasInet6(provider) ? new InetSocketAddress(anyOf(new byte[16]), port) : anyOfInet(port);
    }

    private static boolean hasInet6(SelectorProvider provider) {
        try (ServerSocketChannel probe = provider.openServerSocketChannel(StandardProtocolFamily.INET6)) {
            return probe.isOpen();
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static boolean isAnyOfInet(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet4Address four
                && four.isAnyLocalAddress();
    }

    private static InetAddress anyOf(byte[] zeros) {
        try {
            return InetAddress.getByAddress(zeros);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are legal lengths of an address", e);
        }
    }

    @Override
    public SocketChannel open(SelectorProvider provider, SocketAddress target) throws IOException {
        return provider.openSocketChannel();
    }

    @Override
    public void configure(SocketChannel channel, Options<?> options) throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, options.get(StreamOptions.NO_DELAY));
        }
        if (options.get(StreamOptions.KEEP_ALIVE)) {
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        }
        setSize(channel, StandardSocketOptions.SO_RCVBUF, options.find(StreamOptions.RECEIVE_BUFFER));
        setSize(channel, StandardSocketOptions.SO_SNDBUF, options.find(StreamOptions.SEND_BUFFER));
    }

    @Override
    public BoundSocket<ServerSocketChannel> listen(
            SelectorProvider provider, SocketAddress address, ServerOptions options) throws IOException {
        ServerSocketChannel channel = isAnyOfInet(address)
                ? provider.openServerSocketChannel(StandardProtocolFamily.INET)
                : provider.openServerSocketChannel();
        try {
            setUp(channel, options);
            channel.bind(address, options.get(ServerOptions.BACKLOG));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new BoundSocket<>(channel);
    }

    @Override
    public BoundSocket<SocketChannel> reserve(SelectorProvider provider, SocketAddress address, ServerOptions options)
            throws IOException {
        SocketChannel channel = isAnyOfInet(address)
                ? provider.openSocketChannel(StandardProtocolFamily.INET)
                : provider.openSocketChannel();
        try {
            setUp(channel, options);
            // needed for the listener to come: two sockets share a port as long as none of them listens
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new BoundSocket<>(channel);
    }

    private static void setUp(NetworkChannel channel, ServerOptions options) throws IOException {
        if (channel instanceof ServerSocketChannel server) {
            server.configureBlocking(false);
        }
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, options.get(ServerOptions.REUSE_ADDRESS));
        if (options.get(ServerOptions.REUSE_PORT)) {
            if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                throw new IllegalArgumentException("reuse.port=true is not possible: this system has no SO_REUSEPORT");
            }
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        setSize(channel, StandardSocketOptions.SO_RCVBUF, options.find(StreamOptions.RECEIVE_BUFFER));
    }

    private static void setSize(NetworkChannel channel, SocketOption<Integer> option, @Nullable Long bytes)
            throws IOException {
        if (bytes != null) {
            channel.setOption(option, Math.toIntExact(bytes));
        }
    }

    @Override
    public BoundSocket<ServerSocketChannel> adopt(ServerSocketChannel channel, ServerOptions options)
            throws IOException {
        if (!(channel.getLocalAddress() instanceof InetSocketAddress)) {
            throw new IllegalArgumentException("sock must be a bound TCP socket, not " + channel);
        }
        return new BoundSocket<>(channel);
    }
}
