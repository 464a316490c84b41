// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.peers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingDatagramProtocol;
import dev.turnout.testkit.RecordingProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Python's asyncio at the other end, and uvloop, which is the same upon another loop: as client and as server of streams, of datagrams, and of
 * conversations that are upgraded to TLS.
 */
class PythonTest extends PeerCase {

    /** A system's package of uvloop is for the system's Python, which need not be the first one of the path. */
    private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");

    /** Are sizes of datagrams, up to the largest; none is empty, as Python's asyncio sends no empty ones before 3.13. */
    private static final int[] DATAGRAMS = {1, 1400, 9000, 65507};

    private static final List<String> LOOPS = List.of("asyncio", "uvloop");
    private static final List<String> STREAMS = List.of("tcp", "unix", "tls+tcp", "tls+unix");
    private static final Map<String, Optional<String>> FOUND = new HashMap<>();

    private static List<String> loops() {
        return LOOPS;
    }

    private static Stream<Arguments> streams() {
        return LOOPS.stream().flatMap(loop -> STREAMS.stream().map(kind -> Arguments.of(loop, kind)));
    }

    /** Returns an interpreter that knows the module of a loop, or skips the test. */
    private static String interpreter(String loop) {
        Optional<String> found = FOUND.computeIfAbsent(
                loop,
                module -> INTERPRETERS.stream()
                        .filter(Program::isInstalled)
                        .filter(interpreter -> succeeds(interpreter, "-c", "import " + module))
                        .findFirst());
        assumeTrue(found.isPresent(), "no Python 3 that knows " + loop + " is installed: this test needs one");
        return found.orElseThrow();
    }

    private static boolean succeeds(String... command) {
        try (Program program = Program.start(List.of(command))) {
            return program.exitCode() == 0;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("cannot run " + List.of(command), e);
        }
    }

    private static Program python(String script, String loop, String... arguments) throws Exception {
        String interpreter = interpreter(loop);
        Path file = path(script);
        try (InputStream in = Objects.requireNonNull(PythonTest.class.getResourceAsStream(script), script)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>(List.of(interpreter, file.toString(), loop));
        command.addAll(List.of(arguments));
        Program program = Program.start(command);
        program.await("loop " + loop);
        return program;
    }

    private static Program client(String loop, String kind, String address) throws Exception {
        return python("client.py", loop, kind, address, file("server.pem"));
    }

    private static Program server(String loop, String kind) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(kind));
        if (kind.endsWith("unix")) {
            arguments.add(newSocket());
        }
        if (kind.contains("tls")) {
            arguments.addAll(List.of(file("server.pem"), file("server.key")));
        }
        return python("server.py", loop, arguments.toArray(String[]::new));
    }

    private static String newSocket() throws IOException {
        return Files.createTempDirectory(folder, "s").resolve("s").toString();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void itsClientGetsBackWhatItSentAndBothEndInOrder(String loop, String kind) throws Exception {
        Endpoint endpoint = kind.endsWith("unix") ? Endpoint.of("unix", newSocket()) : Endpoint.of("tcp", HOST, 0);
        ServerOptions options =
                isSecure(kind) ? ServerOptions.DEFAULTS.with(ServerOptions.TLS, serverTls()) : ServerOptions.DEFAULTS;
        Echo server = serveEcho(endpoint, options);

        try (Program client = client(loop, kind, server.address())) {
            client.await("same");
            client.await("closed");
            assertEquals(0, client.exitCode(), client::said);
        }

        RecordingProtocol protocol = server.next().awaitLost();
        assertNull(protocol.cause());
        assertEquals(1, protocol.count("eofReceived"));
    }

    private static boolean isSecure(String kind) {
        return kind.startsWith("tls+");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void itsServerSendsBackWhatWeSentAndBothEndInOrder(String loop, String kind) throws Exception {
        byte[] block = new byte[1 << 20];
        new Random(7).nextBytes(block);

        try (Program server = server(loop, kind)) {
            Endpoint endpoint = kind.endsWith("unix")
                    ? Endpoint.of("unix", pathOf(server))
                    : Endpoint.of("tcp", HOST, portOf(server));
            ConnectOptions options = isSecure(kind)
                    ? ConnectOptions.DEFAULTS.with(ConnectOptions.TLS, clientTls())
                    : ConnectOptions.DEFAULTS;
            RecordingProtocol protocol = new RecordingProtocol();
            Transport transport = get(network().createConnection(() -> protocol, endpoint, options))
                    .transport();
            call(() -> {
                transport.write(block.clone());
                return null;
            });
            if (!isSecure(kind)) { // the server sends all it has before it ends in turn
                call(() -> {
                    transport.writeEof();
                    return null;
                });
                protocol.awaitLost();
            }
            protocol.awaitReceived(block.length);
            call(() -> {
                transport.close();
                return null;
            });
            protocol.awaitLost();

            assertEquals(ByteBuffer.wrap(block), ByteBuffer.wrap(protocol.received()));
            assertNull(protocol.cause());
            server.await("lost None");
        }
    }

    private static int portOf(Program server) throws InterruptedException {
        return Integer.parseInt(server.await("port ").substring("port ".length()));
    }

    private static String pathOf(Program server) throws InterruptedException {
        return server.await("path ").substring("path ".length());
    }

    /** Sends each datagram back. */
    private static final class DatagramEcho implements DatagramProtocol {

        private DatagramTransport transport;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            transport.sendto(data, sender);
        }
    }

    @ParameterizedTest
    @MethodSource("loops")
    void itsClientGetsBackItsDatagrams(String loop) throws Exception {
        int port = port(
                get(network().createServer(DatagramEcho::new, Endpoint.of("udp", HOST, 0), ServerOptions.DEFAULTS)));

        try (Program client = client(loop, "udp", Integer.toString(port))) {
            for (int size : DATAGRAMS) {
                client.await("same " + size, ("same " + size)::equals);
            }
            assertEquals(0, client.exitCode(), client::said);
        }
    }

    @ParameterizedTest
    @MethodSource("loops")
    void itsServerSendsBackOurDatagrams(String loop) throws Exception {
        try (Program server = server(loop, "udp")) {
            InetSocketAddress address = new InetSocketAddress(HOST, portOf(server));
            BlockingQueue<SocketAddress> senders = new LinkedBlockingQueue<>();
            RecordingDatagramProtocol protocol = new RecordingDatagramProtocol().onDatagram(senders::add);
            DatagramTransport transport = get(network()
                            .createDatagramEndpoint(() -> protocol, null, address, DatagramOptions.DEFAULTS))
                    .transport();
            ByteBuffer all = ByteBuffer.allocate(IntStream.of(DATAGRAMS).sum());
            for (int size : DATAGRAMS) {
                byte[] datagram = new byte[size];
                new Random(size).nextBytes(datagram);
                call(() -> {
                    transport.sendto(ByteBuffer.wrap(datagram));
                    return null;
                });
                all.put(datagram);
                protocol.awaitReceived(all.position());
            }

            assertEquals(all.flip(), ByteBuffer.wrap(protocol.received()));
            assertEquals(Collections.nCopies(DATAGRAMS.length, address), List.copyOf(senders));
        }
    }

    /** Says the same first line on either side, upgrades, and then is an echo. */
    private final class Upgrading implements Protocol {

        private final TlsOptions tls;
        private final boolean serverSide;
        private final CompletableFuture<String> answer = new CompletableFuture<>();
        private Transport transport;
        private boolean secure;

        Upgrading(TlsOptions tls, boolean serverSide) {
            this.tls = tls;
            this.serverSide = serverSide;
        }

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (Transport) made;
            if (!serverSide) {
                transport.write("STARTTLS\n".getBytes(US_ASCII));
            }
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            if (secure && serverSide) {
                transport.write(data);
            } else if (secure) {
                answer.complete(US_ASCII.decode(data).toString());
                transport.close();
            } else {
                upgrade();
            }
        }

        private void upgrade() {
            if (serverSide) {
                transport.write("go ahead\n".getBytes(US_ASCII));
            }
            network().startTls(transport, this, tls, serverSide, new byte[0]).whenComplete((upgraded, failure) -> {
                if (failure != null) {
                    answer.completeExceptionally(failure);
                    return;
                }
                transport = upgraded;
                secure = true;
                if (!serverSide) {
                    transport.write("hello\n".getBytes(US_ASCII));
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("loops")
    void itsClientUpgradesAConversationWithOurServer(String loop) throws Exception {
        TlsOptions tls = serverTls();
        int port = port(get(network()
                .createServer(() -> new Upgrading(tls, true), Endpoint.of("tcp", HOST, 0), ServerOptions.DEFAULTS)));

        try (Program client = client(loop, "starttls", Integer.toString(port))) {
            client.await("clear go ahead");
            client.await("secure hello");
            client.await("lost None");
            assertEquals(0, client.exitCode(), client::said);
        }
    }

    @ParameterizedTest
    @MethodSource("loops")
    void weUpgradeAConversationWithItsServer(String loop) throws Exception {
        try (Program server = server(loop, "starttls")) {
            Upgrading protocol = new Upgrading(clientTls(), false);
            get(network()
                    .createConnection(
                            () -> protocol, Endpoint.of("tcp", HOST, portOf(server)), ConnectOptions.DEFAULTS));

            assertEquals("hello\n", get(protocol.answer));
            server.await("lost None");
        }
    }
}
