// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.spi.TransportScheme;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.transport.nio.Cancellation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * Opens datagram endpoints over UDP, and servers, which are one endpoint each. It has no state; one object serves all loops.
 *
 * @see "section 17"
 */
@Component
@TransportScheme("udp")
public final class UdpProvider implements TransportProvider {

    /** Makes a provider, which needs nothing. */
    public UdpProvider() {}

    @Override
    public String scheme() {
        return "udp";
    }

    @Override
    public boolean hasStreams() {
        return false;
    }

    @Override
    public CompletionStage<Connection<DatagramTransport>> openDatagram(DatagramRequest request) {
        return Opening.start(request);
    }

    /** Opens an endpoint that receives from everybody; its one protocol serves all peers (DGRAM-46). */
    @Override
    public CompletionStage<Server> listen(ListenRequest request) {
        EventLoop loop = request.loop();
        CompletableFuture<Server> result = loop.createFuture();
        try {
            UdpServer server = new UdpServer(request);
            DatagramChannel kept = kept(request.options());
            DatagramOptions options = options(request.options());
            if (kept != null) {
                UdpSockets.setSizes(kept, options);
            }
            CompletableFuture<Connection<DatagramTransport>> opening = Opening.start(new DatagramRequest(
                    request.loop(),
                    kept == null ? address(request) : null,
                    null,
                    kept == null ? options : options.with(DatagramOptions.SOCK, kept),
                    () -> request.factory().apply(loop),
                    server.observer()));
            CompletionStage<?> unused = opening.whenComplete((connection, failure) -> {
                if (failure == null) {
                    server.begin((UdpTransport) connection.transport());
                    if (!result.complete(server)) {
                        server.close();
                    }
                } else {
                    result.completeExceptionally(
                            failure instanceof CompletionException && failure.getCause() != null
                                    ? failure.getCause()
                                    : failure);
                }
            });
            Cancellation.watch(result, loop, () -> opening.cancel(false));
        } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    /** Returns the channel that an earlier server has released, or null. */
    private static @Nullable DatagramChannel kept(ServerOptions options) {
        List<NetworkChannel> channels = options.find(ServerOptions.LISTENERS);
        if (channels == null) {
            return null;
        }
        if (channels.size() == 1 && channels.get(0) instanceof DatagramChannel channel) {
            return channel;
        }
        throw new IllegalArgumentException("a udp server uses one channel of datagrams, not " + channels);
    }

    private static InetSocketAddress address(ListenRequest request) {
        Endpoint endpoint = request.endpoint();
        if (request.options().find(ServerOptions.SOCK) != null) {
            throw new IllegalArgumentException("a udp server cannot use the listening sockets of a stream server");
        }
        if (request.hosts().size() > 1) {
            throw new IllegalArgumentException("a udp server has one address, not " + request.hosts()
                    + "; open a server for each of them, or for all interfaces");
        }
        String host = request.hosts().isEmpty()
                ? Objects.requireNonNullElse(endpoint.host(), "")
                : request.hosts().get(0);
        return host.isEmpty()
                ? UdpSockets.any(request.loop().provider(), endpoint.port())
                : InetSocketAddress.createUnresolved(host, endpoint.port());
    }

    /** Returns what of a server's options is for datagrams. */
    private static DatagramOptions options(ServerOptions options) {
        DatagramOptions own = DatagramOptions.DEFAULTS;
        for (Option<?> option : own.known().values()) {
            Option<?> same = options.known().get(option.name());
            Object value = same == null ? null : options.values().get(same);
            if (value != null && !option.equals(DatagramOptions.SOCK)) {
                own = copy(option, value, own);
            }
        }
        return own;
    }

    @SuppressWarnings("unchecked")
    private static <T> DatagramOptions copy(Option<T> option, Object value, DatagramOptions to) {
        return to.with(option, (T) value);
    }
}
