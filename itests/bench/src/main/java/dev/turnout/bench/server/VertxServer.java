// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.server;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Serves echo by Vert.x on one event loop. */
public final class VertxServer {

    private VertxServer() {}

    /** Serves at the address of the first argument. */
    public static void main(String[] args) throws IOException {
        InetSocketAddress wanted = (InetSocketAddress) Address.parse(args[0]);
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        NetServer server = vertx.createNetServer(
                        new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(Address.BACKLOG))
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
