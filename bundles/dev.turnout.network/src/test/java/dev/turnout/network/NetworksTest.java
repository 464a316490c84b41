// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.api.network.dto.NetworkDTO;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.core.Loops;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.transport.nio.StreamServer;
import dev.turnout.transport.tcp.TcpProvider;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The network as a library. */
class NetworksTest {

    /** Is a program on a class path without a single class of OSGi. */
    public static final class Program implements Runnable {

        @Override
        public void run() {
            try (Loops loops = new Loops(1, "plain", SelectorProvider.provider());
                    Networks networks = Networks.of(loops, List.of(new TcpProvider()))) {
                Server server = networks.network()
                        .createServer(Echo::new, Endpoint.parse("tcp://127.0.0.1:0"), ServerOptions.DEFAULTS)
                        .toCompletableFuture()
                        .get(TestNetwork.DEADLINE.toSeconds(), TimeUnit.SECONDS);
                Connection<Transport> connection = networks.network()
                        .createConnection(Echo::new, "127.0.0.1", TestNetwork.port(server), ConnectOptions.DEFAULTS)
                        .toCompletableFuture()
                        .get(TestNetwork.DEADLINE.toSeconds(), TimeUnit.SECONDS);
                boolean inBundle = TestNetwork.on(
                        loops.loops().get(0),
                        () -> connection
                                .transport()
                                .getExtraInfo(ExtraInfo.BUNDLE)
                                .isPresent());
                System.setProperty("dev.turnout.network.test", "served, in a bundle: " + inBundle);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void worksWithoutAnyClassOfTheFramework() throws Exception {
        List<URL> path = new ArrayList<>();
        for (Class<?> type : List.of(
                Endpoint.class,
                Loops.class,
                Networks.class,
                TcpProvider.class,
                StreamServer.class,
                RecordingProtocol.class,
                Program.class)) {
            path.add(type.getProtectionDomain().getCodeSource().getLocation());
        }
        System.clearProperty("dev.turnout.network.test");

        try (URLClassLoader plain =
                new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Runnable program = (Runnable)
                    plain.loadClass(Program.class.getName()).getConstructor().newInstance();
            program.run();
        }

        assertEquals("served, in a bundle: false", System.getProperty("dev.turnout.network.test"));
    }

    @Test
    void showsServersAndConnections() {
        try (TestNetwork net = new TestNetwork(2)) {
            net.networks.with("echo", context -> new Echo());
            Server server = net.listen(Echo::new, ServerOptions.DEFAULTS);
            RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(new byte[3]));
            net.connect(() -> client, server);
            client.awaitReceived(3);

            NetworkDTO picture = net.snapshot();

            assertEquals(2, picture.loops.length);
            assertTrue(picture.loops[0].lagNanos > 0);
            assertEquals(2, picture.loops[0].connections + picture.loops[1].connections);
            assertEquals("127.0.0.1:" + TestNetwork.port(server), picture.servers[0].sockets[0]);
            assertEquals("serving", picture.servers[0].state);
            assertEquals(1, picture.servers[0].connections);
            assertEquals(1, picture.servers[0].accepted);
            assertEquals(2, picture.connections.length);
            assertEquals("echo", picture.protocols[0].name);
            assertEquals(List.of("tcp", "unix"), List.of(picture.transports));
            for (ConnectionDTO connection : picture.connections) {
                assertTrue(connection.id > 0);
                assertEquals("tcp", connection.scheme);
                assertTrue(connection.reading);
                assertTrue(connection.peer.startsWith("127.0.0.1:"));
                assertTrue(connection.since > 0);
            }
        }
    }

    @Test
    void runsOnALoopOfTheCallersOwnThread() {
        IoLoop own = EventLoops.newEventLoop("own");
        LoopGroup group = new LoopGroup() {
            @Override
            public List<IoLoop> loops() {
                return List.of(own);
            }

            @Override
            public IoLoop next() {
                return own;
            }
        };
        Networks networks = Networks.of(group, List.of(new TcpProvider()));
        RecordingProtocol client = new RecordingProtocol().onMade(transport -> transport.write(new byte[1]));
        client.onData(data -> client.transport().close());

        Server server = own.runUntilComplete(networks.network()
                .createServer(Echo::new, Endpoint.parse("tcp://127.0.0.1:0"), ServerOptions.DEFAULTS));
        int port = ((java.net.InetSocketAddress) server.sockets().get(0).getsockname()).getPort();
        own.runUntilComplete(
                networks.network().createConnection(() -> client, "127.0.0.1", port, ConnectOptions.DEFAULTS));
        server.close();
        own.runUntilComplete(server.waitClosed());

        assertTrue(client.count("dataReceived") == 1);
        networks.close();
        own.shutdown(TestNetwork.DEADLINE);
        assertFalse(own.isRunning());
    }
}
