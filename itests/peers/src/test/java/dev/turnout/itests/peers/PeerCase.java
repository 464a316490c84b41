// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.network.dto.ServerDTO;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.Loops;
import dev.turnout.filter.tls.TlsFilterProvider;
import dev.turnout.itests.support.KeyPair;
import dev.turnout.network.Networks;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.transport.tcp.TcpProvider;
import dev.turnout.transport.udp.UdpProvider;
import dev.turnout.transport.unix.UnixProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Is the common ground of tests with peers of others: a network with TCP, unix sockets, UDP and TLS, and key pairs as PEM files. */
abstract class PeerCase {

    static final String HOST = "127.0.0.1";
    private static final long DEADLINE_SECONDS = 30;

    @TempDir
    static Path folder;

    /** Of the server, whoever it is. */
    static KeyPair serverKeys;

    /** Of a client that shows one. */
    static KeyPair clientKeys;

    /** Of a server for another name. */
    static KeyPair otherKeys;

    private Loops loops;
    private Networks networks;

    @BeforeAll
    static void makeKeys() throws Exception {
        serverKeys = KeyPair.make(folder.resolve("server.p12"), "server", "localhost");
        clientKeys = KeyPair.make(folder.resolve("client.p12"), "client", "client");
        otherKeys = KeyPair.make(folder.resolve("other.p12"), "other", "other.example");
        serverKeys.writePem(path("server.pem"), path("server.key"));
        clientKeys.writePem(path("client.pem"), path("client.key"));
        otherKeys.writePem(path("other.pem"), path("other.key"));
    }

    static Path path(String name) {
        return folder.resolve(name);
    }

    static String file(String name) {
        return path(name).toString();
    }

    @BeforeEach
    final void startNetwork() {
        loops = new Loops(1);
        networks = Networks.of(loops, List.of(new TcpProvider(), new UnixProvider(), new UdpProvider()))
                .with(new TlsFilterProvider());
    }

    @AfterEach
    final void stopNetwork() {
        networks.close();
        loops.close();
    }

    final Network network() {
        return networks.network();
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    /** Runs something on the loop. */
    final <T> T call(Supplier<T> action) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loops.loops().get(0).callSoonThreadsafe(() -> {
            try {
                result.complete(action.get());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return get(result);
    }

    /** Returns a port that nobody uses now. */
    static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    static TlsOptions serverTls() throws Exception {
        return TlsOptions.DEFAULTS.with(TlsOptions.CONTEXT, serverKeys.context(clientKeys));
    }

    static TlsOptions clientTls() throws Exception {
        return TlsOptions.DEFAULTS
                .with(TlsOptions.CONTEXT, clientKeys.context(serverKeys))
                .with(TlsOptions.SERVER_HOSTNAME, "localhost");
    }

    /**
     * Is a server of ours that sends back what comes in, and the protocols of its connections.
     *
     * @param address its port, or its path if it listens at a unix socket
     * @param accepted the protocols of connections that nobody has taken yet
     */
    record Echo(String address, BlockingQueue<RecordingProtocol> accepted) {

        int port() {
            return Integer.parseInt(address);
        }

        RecordingProtocol next() throws InterruptedException {
            RecordingProtocol protocol = accepted.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (protocol == null) {
                throw new AssertionError("nobody connected");
            }
            return protocol;
        }
    }

    final Echo serveEcho(TlsOptions tls) throws Exception {
        return serveEcho(Endpoint.of("tcp", HOST, 0), ServerOptions.DEFAULTS.with(ServerOptions.TLS, tls));
    }

    final Echo serveEcho(Endpoint endpoint, ServerOptions options) throws Exception {
        BlockingQueue<RecordingProtocol> accepted = new LinkedBlockingQueue<>();
        Supplier<BaseProtocol> factory = () -> {
            RecordingProtocol protocol = new RecordingProtocol();
            return protocol.onMade(transport -> accepted.add(protocol))
                    .onData(data -> protocol.transport().write(data));
        };
        Server server = get(network().createServer(factory, endpoint, options));
        String path = endpoint.path();
        return new Echo(path.isEmpty() ? Integer.toString(port(server)) : path, accepted);
    }

    final int port(Server server) throws Exception {
        return call(() -> ((InetSocketAddress) server.sockets().get(0).getsockname()).getPort());
    }

    final CompletionStage<Connection<Transport>> connecting(int port, TlsOptions tls, BaseProtocol protocol) {
        return network()
                .createConnection(() -> protocol, HOST, port, ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, tls));
    }

    final Transport connect(int port, TlsOptions tls, BaseProtocol protocol) throws Exception {
        return get(connecting(port, tls, protocol)).transport();
    }

    final int openConnections() throws Exception {
        return get(networks.runtime().snapshot()).connections.length;
    }

    final long failedHandshakes() throws Exception {
        long sum = 0;
        for (ServerDTO server : get(networks.runtime().snapshot()).servers) {
            sum += server.failedHandshakes;
        }
        return sum;
    }
}
