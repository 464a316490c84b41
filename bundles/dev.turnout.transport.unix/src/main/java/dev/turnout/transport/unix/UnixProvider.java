// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

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
import dev.turnout.transport.nio.Connector;
import dev.turnout.transport.nio.StreamServer;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/**
 * Opens streams over unix-domain sockets. It has no state; one object serves all loops.
 *
 * @see "section 16"
 */
@Component
@TransportScheme("unix")
public final class UnixProvider implements TransportProvider {

    private static final UnixSockets KIND = new UnixSockets();

    /** Makes a provider, which needs nothing. */
    public UnixProvider() {}

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
        return Connector.connect(
                request,
                KIND,
                CompletableFuture.completedFuture(List.of(addressOf(request.endpoint()))),
                CompletableFuture.completedFuture(List.of()));
    }

    @Override
    public CompletionStage<Server> listen(ListenRequest request) {
        ServerOptions options = request.options();
        boolean given = options.find(ServerOptions.SOCK) != null || options.find(ServerOptions.LISTENERS) != null;
        List<UnixDomainSocketAddress> addresses = given ? List.of() : List.of(addressOf(request.endpoint()));
        CompletableFuture<Server> result = request.loop().createFuture();
        try {
            StreamServer adopted = StreamServer.adopt(request, KIND);
            result.complete(adopted != null ? adopted : StreamServer.listen(request, KIND, addresses));
        } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private static UnixDomainSocketAddress addressOf(Endpoint endpoint) {
        String path = endpoint.path();
        if (path.startsWith("@") || path.startsWith("\0")) {
            throw new UnsupportedOperationException(
                    "abstract unix names such as " + endpoint + " are not offered by the JDK; use the path of a file");
        }
        if (path.isEmpty()) {
            throw new IllegalArgumentException(endpoint + " has no path; write for example unix:/run/app.sock");
        }
        return UnixDomainSocketAddress.of(path);
    }
}
