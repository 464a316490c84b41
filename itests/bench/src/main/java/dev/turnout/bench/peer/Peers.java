// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.server.BareDatagrams;
import dev.turnout.bench.server.BareServer;
import dev.turnout.bench.server.BareTls;
import dev.turnout.bench.server.GrizzlyServer;
import dev.turnout.bench.server.MinaServer;
import dev.turnout.bench.server.NettyDatagrams;
import dev.turnout.bench.server.NettyServer;
import dev.turnout.bench.server.TurnoutServer;
import dev.turnout.bench.server.VertxServer;
import dev.turnout.bench.work.Calls;
import dev.turnout.bench.work.Children;
import dev.turnout.bench.work.Timers;
import dev.turnout.network.Networks;
import io.netty.bootstrap.ServerBootstrap;
import io.vertx.core.Vertx;
import java.nio.channels.Selector;
import java.util.List;
import org.apache.mina.core.session.IoSession;
import org.conscrypt.Conscrypt;
import org.glassfish.grizzly.Grizzly;

/** Lists all who take part, in the order of the tables. */
public final class Peers {

    /** The reference: what the JDK has by itself, whose work the others add to. */
    public static final String BARE = "bare";

    /** Turnout's name. */
    public static final String TURNOUT = "turnout";

    /** Serves TCP, one of them while its connections are switched to another protocol every 100 ms. */
    public static final String SWITCHING = "switching";

    /** Serves TCP and answers each message by itself. */
    public static final String MESSAGES = "messages";

    /** Serves TCP without a core of its own, one of them on two loops. */
    public static final String LOOPS = "loops";

    /** Does the same and computes for each message, which leaves the load generator little to do. */
    public static final String WORKING_LOOPS = "working-loops";

    /** Works by itself: starts children. */
    public static final String CHILDREN = "children";

    /** Works by itself: writes to a child and reads from it. */
    public static final String PIPES = "pipes";

    /** Works by itself: schedules and cancels timers. */
    public static final String TIMERS = "timers";

    /** Works by itself: has a thread run what others give it. */
    public static final String CALLS = "calls";

    private static final String TCP = "tcp";
    private static final String UNIX = "unix";
    private static final String TLS = "tls";
    private static final String UDP = "udp";

    private Peers() {}

    /** Returns them. */
    public static List<Peer> all() {
        return List.of(
                JavaPeer.of(BARE, Selector.class)
                        .with(TCP, BareServer.class)
                        .with(UNIX, BareServer.class)
                        .with(TLS, BareTls.class)
                        .with(UDP, BareDatagrams.class)
                        .with(MESSAGES, BareServer.class)
                        .with(SWITCHING, BareServer.class)
                        .with(LOOPS, BareServer.class)
                        .with(CHILDREN, Children.class, BARE)
                        .with(PIPES, Children.class, BARE)
                        .with(TIMERS, Timers.class, BARE)
                        .with(CALLS, Calls.class, BARE),
                JavaPeer.of(TURNOUT, Networks.class)
                        .with(TCP, TurnoutServer.class)
                        .with(UNIX, TurnoutServer.class)
                        .with(TLS, TurnoutServer.class)
                        .with(UDP, TurnoutServer.class)
                        .with(MESSAGES, TurnoutServer.class)
                        .with(SWITCHING, TurnoutServer.class)
                        .with(LOOPS, TurnoutServer.class)
                        .with(WORKING_LOOPS, TurnoutServer.class)
                        .with(CHILDREN, Children.class, TURNOUT)
                        .with(PIPES, Children.class, TURNOUT)
                        .with(TIMERS, Timers.class, TURNOUT)
                        .with(CALLS, Calls.class, TURNOUT),
                JavaPeer.of(TURNOUT + "-switching", Networks.class).with(SWITCHING, TurnoutServer.class, "switching"),
                JavaPeer.of(TURNOUT + "-2-loops", Networks.class)
                        .with(LOOPS, TurnoutServer.class, "loops=2")
                        .with(WORKING_LOOPS, TurnoutServer.class, "loops=2"),
                JavaPeer.of(TURNOUT + "-conscrypt", Conscrypt.class).with(TLS, TurnoutServer.class, "conscrypt"),
                netty("nio")
                        .with(TLS, NettyServer.class, "nio")
                        .with(TIMERS, Timers.class, "netty")
                        .with(CALLS, Calls.class, "netty"),
                JavaPeer.of("netty-wheel", ServerBootstrap.class).with(TIMERS, Timers.class, "wheel"),
                netty("epoll"),
                netty("io_uring"),
                JavaPeer.of("mina", IoSession.class).with(TCP, MinaServer.class),
                JavaPeer.of("vertx", Vertx.class).with(TCP, VertxServer.class).with(TLS, VertxServer.class),
                JavaPeer.of("grizzly", Grizzly.class).with(TCP, GrizzlyServer.class),
                new PythonPeer("asyncio"),
                new PythonPeer("uvloop"),
                new CPeer("c-epoll"));
    }

    private static JavaPeer netty(String way) {
        return JavaPeer.of("netty-" + way, ServerBootstrap.class)
                .with(TCP, NettyServer.class, way)
                .with(UNIX, NettyServer.class, way)
                .with(MESSAGES, NettyServer.class, way)
                .with(UDP, NettyDatagrams.class, way);
    }
}
