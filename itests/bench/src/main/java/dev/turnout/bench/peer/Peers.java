// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.server.BareServer;
import dev.turnout.bench.server.GrizzlyServer;
import dev.turnout.bench.server.MinaServer;
import dev.turnout.bench.server.NettyServer;
import dev.turnout.bench.server.TurnoutServer;
import dev.turnout.bench.server.VertxServer;
import dev.turnout.network.Networks;
import io.netty.bootstrap.ServerBootstrap;
import io.vertx.core.Vertx;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Set;
import org.apache.mina.core.session.IoSession;
import org.glassfish.grizzly.Grizzly;

/** Lists all who take part, in the order of the tables. */
public final class Peers {

    /** The reference: the one whose work the others add to. */
    public static final String BARE = "bare";

    /** Turnout's name. */
    public static final String TURNOUT = "turnout";

    /** Serves while its connections are switched to another protocol every 100 ms. */
    public static final String SWITCHING = "switching";

    private static final Set<String> TCP = Set.of("tcp");
    private static final Set<String> BOTH = Set.of("tcp", "unix");

    private Peers() {}

    /** Returns them. */
    public static List<Peer> all() {
        return List.of(
                new JavaPeer(BARE, BOTH, BareServer.class, List.of(), Selector.class),
                new JavaPeer(TURNOUT, BOTH, TurnoutServer.class, List.of(), Networks.class),
                new JavaPeer(
                        TURNOUT + "-switching",
                        Set.of(SWITCHING),
                        TurnoutServer.class,
                        List.of("switching"),
                        Networks.class),
                new JavaPeer("netty-nio", BOTH, NettyServer.class, List.of("nio"), ServerBootstrap.class),
                new JavaPeer("netty-epoll", BOTH, NettyServer.class, List.of("epoll"), ServerBootstrap.class),
                new JavaPeer("netty-io_uring", BOTH, NettyServer.class, List.of("io_uring"), ServerBootstrap.class),
                new JavaPeer("mina", TCP, MinaServer.class, List.of(), IoSession.class),
                new JavaPeer("vertx", TCP, VertxServer.class, List.of(), Vertx.class),
                new JavaPeer("grizzly", TCP, GrizzlyServer.class, List.of(), Grizzly.class),
                new PythonPeer("asyncio"),
                new PythonPeer("uvloop"),
                new CPeer("c-epoll"));
    }
}
