// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

import dev.turnout.api.network.Options;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.StreamOptions;
import dev.turnout.transport.nio.BoundSocket;
import dev.turnout.transport.nio.SocketKind;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Describes unix-domain sockets.
 *
 * @see "UNIX-3 to UNIX-9"
 */
final class UnixSockets implements SocketKind {

    @Override
    public String scheme() {
        return "unix";
    }

    @Override
    public SocketChannel open(SelectorProvider provider, SocketAddress target) throws IOException {
        return provider.openSocketChannel(StandardProtocolFamily.UNIX);
    }

    @Override
    public void configure(SocketChannel channel, Options<?> options) throws IOException {
        if (!(channel.getLocalAddress() instanceof UnixDomainSocketAddress)) {
            throw new IllegalArgumentException("sock must be a connected unix socket, not " + channel);
        }
        setSize(channel, StandardSocketOptions.SO_RCVBUF, options.find(StreamOptions.RECEIVE_BUFFER));
        setSize(channel, StandardSocketOptions.SO_SNDBUF, options.find(StreamOptions.SEND_BUFFER));
    }

    private static void setSize(NetworkChannel channel, SocketOption<Integer> option, @Nullable Long bytes)
            throws IOException {
        if (bytes != null) {
            channel.setOption(option, Math.toIntExact(bytes));
        }
    }

    @Override
    public BoundSocket<ServerSocketChannel> listen(
            SelectorProvider provider, SocketAddress address, ServerOptions options) throws IOException {
        Path path = ((UnixDomainSocketAddress) address).getPath();
        SocketFile.removeStale(provider, path);
        ServerSocketChannel channel = provider.openServerSocketChannel(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            channel.bind(address, options.get(ServerOptions.BACKLOG));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return withCleanup(channel, path);
    }

    @Override
    public BoundSocket<SocketChannel> reserve(SelectorProvider provider, SocketAddress address, ServerOptions options)
            throws IOException {
        Path path = ((UnixDomainSocketAddress) address).getPath();
        SocketFile.removeStale(provider, path);
        SocketChannel channel = provider.openSocketChannel(StandardProtocolFamily.UNIX);
        try {
            channel.bind(address);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return withCleanup(channel, path);
    }

    @Override
    public BoundSocket<ServerSocketChannel> adopt(ServerSocketChannel channel, ServerOptions options)
            throws IOException {
        if (!(channel.getLocalAddress() instanceof UnixDomainSocketAddress address)) {
            throw new IllegalArgumentException("sock must be a bound unix socket, not " + channel);
        }
        return withCleanup(channel, address.getPath());
    }

    private static <C extends NetworkChannel> BoundSocket<C> withCleanup(C channel, Path path) throws IOException {
        SocketFile file = SocketFile.of(path);
        return new BoundSocket<>(channel, options -> {
            if (options.get(ServerOptions.CLEANUP_SOCKET)) {
                file.remove();
            }
        });
    }
}
