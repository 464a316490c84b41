// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.OpenLog;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoTest {

    @Test
    @Spec({"CONN-1", "SERVER-1"})
    void echoesBetweenClientAndServer() {
        try (LoopThread loop = new LoopThread(EventLoops.newEventLoop("echo"))) {
            OpenLog log = new OpenLog();
            LoopGroup group = new LoopGroup() {
                @Override
                public List<IoLoop> loops() {
                    return List.of(loop.loop());
                }

                @Override
                public IoLoop next() {
                    return loop.loop();
                }
            };
            RecordingProtocol echo = new RecordingProtocol();
            echo.onData(data -> echo.transport().write(data));
            Server server = loop.await(() -> new TcpProvider()
                    .listen(new ListenRequest(
                            loop.loop(),
                            group,
                            Endpoint.of("tcp", "127.0.0.1", 0),
                            List.of(),
                            ServerOptions.DEFAULTS,
                            on -> echo,
                            log)));
            int port =
                    loop.call(() -> ((InetSocketAddress) server.sockets().get(0).getsockname()).getPort());
            RecordingProtocol client = new RecordingProtocol();

            Connection<Transport> connection = loop.await(() -> new TcpProvider()
                    .connect(new ConnectRequest(
                            loop.loop(),
                            Endpoint.of("tcp", "127.0.0.1", port),
                            ConnectOptions.DEFAULTS,
                            () -> client,
                            false,
                            log)));
            loop.run(on -> connection.transport().write("hello".getBytes(StandardCharsets.UTF_8)));
            client.awaitReceived(5);
            loop.run(on -> connection.transport().writeEof());
            client.awaitLost();
            echo.awaitLost();

            assertEquals(
                    List.of("connectionMade", "dataReceived \"hello\"", "eofReceived", "connectionLost null"),
                    client.trace());
            assertEquals(List.of(), loop.reports());
            loop.run(on -> server.close());
        }
    }
}
