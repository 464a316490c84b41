// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import dev.turnout.bench.wire.Contexts;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Set;

/** Serves echo by Vert.x on one event loop, over TLS too. */
public final class VertxServer {

    private VertxServer() {}

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        InetSocketAddress wanted = (InetSocketAddress) Address.parse(args[0]);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        NetServerOptions options = new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(Address.BACKLOG);
        if (Address.kind(args[0]).equals("tls")) {
            options.setSsl(true)
                    .setEnabledSecureTransportProtocols(Set.of(Contexts.VERSION))
                    .setKeyCertOptions(KeyCertOptions.wrap(Contexts.keys(Path.of(Address.rest(args[0])))));
        }
        NetServer server = vertx.createNetServer(options)
                .connectHandler(VertxServer::echo)
                .listen(wanted.getPort(), wanted.getHostString())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        Serving.serve(new InetSocketAddress(wanted.getAddress(), server.actualPort()));
    }

    private static void echo(NetSocket socket) {
        socket.handler(data -> {
            socket.write(data);
            if (socket.writeQueueFull()) {
                socket.pause();
                socket.drainHandler(drained -> socket.resume());
            }
        });
    }
}
