// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.spi.TransportProvider;
import dev.turnout.api.spi.TransportScheme;
import dev.turnout.api.transport.Transport;
import dev.turnout.transport.nio.Cancellation;
import dev.turnout.transport.nio.Connector;
import dev.turnout.transport.nio.StreamServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * Opens streams over TCP. It has no state; one object serves all loops.
 *
 * @see "sections 14 and 15"
 */
@Component
@TransportScheme("tcp")
public final class TcpProvider implements TransportProvider {

    private static final TcpSockets KIND = new TcpSockets();

    /** Makes a provider, which needs nothing. */
    public TcpProvider() {}

    @Override
    public String scheme() {
        return KIND.scheme();
    }

    @Override
    public CompletionStage<Connection<Transport>> connect(ConnectRequest request) {
        SocketChannel sock = request.options().find(ConnectOptions.SOCK);
        if (sock != null) {
            return Connector.adopt(request, KIND, sock);
        }
        Endpoint endpoint = request.endpoint();
        ProtocolFamily family = request.options().find(ConnectOptions.FAMILY);
        InetSocketAddress local = request.options().find(ConnectOptions.LOCAL_ADDR);
        EventLoop loop = request.loop();
        return Connector.connect(
                request,
                KIND,
                loop.getaddrinfo(endpoint.host(), Integer.toString(endpoint.port()), family),
                local == null ? CompletableFuture.completedFuture(List.of()) : resolveLocal(loop, local));
    }

    private static CompletionStage<List<InetSocketAddress>> resolveLocal(EventLoop loop, InetSocketAddress local) {
        return local.isUnresolved()
                ? loop.getaddrinfo(local.getHostString(), Integer.toString(local.getPort()), null)
                : CompletableFuture.completedFuture(List.of(local));
    }

    @Override
    public CompletionStage<Server> listen(ListenRequest request) {
        CompletableFuture<Server> result = request.loop().createFuture();
        try {
            StreamServer adopted = StreamServer.adopt(request, KIND);
            if (adopted != null) {
                result.complete(adopted);
            } else {
                resolveThenListen(request, result);
            }
        } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private static void resolveThenListen(ListenRequest request, CompletableFuture<Server> result) {
        CompletableFuture<List<InetSocketAddress>> addresses = resolve(request).toCompletableFuture();
        Cancellation.watch(result, request.loop(), () -> addresses.cancel(false));
        CompletionStage<?> unused = addresses.whenComplete((found, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            try {
                StreamServer server = StreamServer.listen(request, KIND, new LinkedHashSet<>(found));
                if (!result.complete(server)) {
                    server.close();
                }
            } catch (IOException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
    }

    /** Finds the addresses of all hosts, in order; all interfaces are one address, the dual-stack wildcard (SERVER-3, JAVA-33). */
    private static CompletionStage<List<InetSocketAddress>> resolve(ListenRequest request) {
        Endpoint endpoint = request.endpoint();
        ProtocolFamily family = request.options().find(ServerOptions.FAMILY);
        List<String> hosts = new ArrayList<>(request.hosts());
        if (hosts.isEmpty()) {
            String host = endpoint.host();
            hosts.add(host == null ? "" : host);
        }
        CompletionStage<List<InetSocketAddress>> all = CompletableFuture.completedFuture(List.of());
        for (String host : hosts) {
            all = all.thenCombine(addressesOf(request.loop(), host, endpoint.port(), family), TcpProvider::both);
        }
        return all;
    }

    private static CompletionStage<List<InetSocketAddress>> addressesOf(
            IoLoop loop, String host, int port, @Nullable ProtocolFamily family) {
        if (host.isEmpty()) {
            return CompletableFuture.completedFuture(List.of(
                    family == StandardProtocolFamily.INET
                            ? TcpSockets.anyOfInet(port)
                            : TcpSockets.any(loop.provider(), port)));
        }
        return loop.getaddrinfo(host, Integer.toString(port), family);
    }

    private static List<InetSocketAddress> both(List<InetSocketAddress> some, List<InetSocketAddress> more) {
        List<InetSocketAddress> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }
}
