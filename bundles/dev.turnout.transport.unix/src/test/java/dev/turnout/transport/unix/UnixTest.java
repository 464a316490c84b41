// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.unix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.error.ConnectionRefusedException;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.spi.ConnectRequest;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.spi.ListenRequest;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.core.EventLoops;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import dev.turnout.testkit.contract.OpenLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixTest {

    private static final ServerOptions PLAIN = ServerOptions.DEFAULTS;

    private final LoopThread loop = new LoopThread(EventLoops.newEventLoop("unix"));
    private final OpenLog log = new OpenLog();
    private final RecordingProtocol server = new RecordingProtocol();
    private final RecordingProtocol client = new RecordingProtocol();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        loop.loop().shutdown(LoopThread.DEADLINE);
        loop.close();
    }

    private Path path() {
        return folder.resolve("s");
    }

    private Server listen(ServerOptions options) {
        return listen(path().toString(), options);
    }

    private Server listen(String path, ServerOptions options) {
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
        return loop.await(() -> new UnixProvider()
                .listen(new ListenRequest(
                        loop.loop(), group, Endpoint.of("unix", path), List.of(), options, on -> server, log)));
    }

    private Connection<Transport> connect(String path, ConnectOptions options) {
        return loop.await(() -> new UnixProvider()
                .connect(
                        new ConnectRequest(loop.loop(), Endpoint.of("unix", path), options, () -> client, false, log)));
    }

    private Connection<Transport> connect() {
        return connect(path().toString(), ConnectOptions.DEFAULTS);
    }

    private boolean exists() {
        return Files.exists(path(), LinkOption.NOFOLLOW_LINKS);
    }

    @Test
    @Spec({"UNIX-1", "UNIX-4", "UNIX-11"})
    void streamsLikeTcp() {
        listen(PLAIN);
        server.onData(data -> server.transport().write(data));

        Connection<Transport> connection = connect();
        loop.run(on -> connection.transport().write("hello".getBytes(StandardCharsets.UTF_8)));
        client.awaitReceived(5);
        Object peer = loop.call(() -> server.transport().getExtraInfo(ExtraInfo.PEERNAME))
                .orElseThrow();
        Object name = loop.call(() -> connection.transport().getExtraInfo(ExtraInfo.PEERNAME))
                .orElseThrow();
        loop.run(on -> connection.transport().writeEof());
        client.awaitLost();

        assertEquals("", peer.toString());
        assertEquals(path().toString(), name.toString());
        assertEquals(
                List.of("connectionMade", "dataReceived \"hello\"", "eofReceived", "connectionLost null"),
                client.trace());
        assertEquals(client.trace(), server.awaitLost().trace());
    }

    @Test
    @Spec("UNIX-3")
    void refusesSocketsOfAnotherFamily() throws Exception {
        try (ServerSocketChannel tcp = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
                SocketChannel connected = SocketChannel.open(tcp.getLocalAddress())) {
            assertThrows(IllegalArgumentException.class, () -> listen("x", PLAIN.with(ServerOptions.SOCK, tcp)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> connect("x", ConnectOptions.DEFAULTS.with(ConnectOptions.SOCK, connected)));
            assertTrue(tcp.isOpen() && connected.isOpen());
        }
    }

    @Test
    @Spec("UNIX-5")
    void removesAStaleSocketFile() throws Exception {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path()))
                .close();
        assertTrue(exists());

        listen(PLAIN);
        connect();

        assertTrue(client.isMade());
    }

    @Test
    @Spec("UNIX-5")
    void leavesOtherFilesAloneAndNamesThem() throws Exception {
        byte[] precious = {1, 2, 3};
        Files.write(path(), precious);

        AddressInUseException refused = assertThrows(AddressInUseException.class, () -> listen(PLAIN));

        assertTrue(refused.getMessage().contains(path().toString()), refused.getMessage());
        assertArrayEquals(precious, Files.readAllBytes(path()));
    }

    @Test
    @Spec("UNIX-5")
    void leavesNamedPipesAlone() throws Exception {
        Process mkfifo =
                new ProcessBuilder("mkfifo", path().toString()).inheritIO().start();
        assertTrue(mkfifo.waitFor(LoopThread.DEADLINE.toMillis(), TimeUnit.MILLISECONDS), "mkfifo ended");
        assertEquals(0, mkfifo.exitValue());

        AddressInUseException refused = assertThrows(AddressInUseException.class, () -> listen(PLAIN));
        AddressInUseException reserved =
                assertThrows(AddressInUseException.class, () -> listen(PLAIN.with(ServerOptions.START_SERVING, false)));

        assertTrue(refused.getMessage().contains(path().toString()), refused.getMessage());
        assertTrue(reserved.getMessage().contains(path().toString()), reserved.getMessage());
        assertTrue(Files.readAttributes(path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther());
    }

    @Test
    @Spec("UNIX-5")
    void doesNotTakeTheFileOfALivingServer() {
        listen(PLAIN);

        AddressInUseException refused = assertThrows(AddressInUseException.class, () -> listen(PLAIN));
        connect();

        assertTrue(refused.getMessage().contains(path().toString()), refused.getMessage());
        assertTrue(client.isMade());
    }

    @Test
    @Spec({"UNIX-6", "SERVER-31"})
    void removesTheSocketFileWhenTheServerCloses() {
        Server open = listen(PLAIN);
        assertTrue(exists());

        loop.run(on -> open.close());

        assertFalse(exists());
    }

    @Test
    @Spec("UNIX-7")
    void leavesAFileThatReplacedItsOwn() throws Exception {
        Server open = listen(PLAIN);
        Files.move(path(), folder.resolve("moved"));
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path()));

            loop.run(on -> open.close());

            assertTrue(exists());
        }
    }

    @Test
    @Spec("UNIX-7")
    void closesQuietlyIfItsFileIsGone() throws Exception {
        Server open = listen(PLAIN);
        Files.delete(path());

        loop.run(on -> open.close());

        assertFalse(exists());
        assertEquals(List.of(), loop.reports());
    }

    @Test
    @Spec("UNIX-8")
    void leavesTheFileIfToldSo() {
        Server open = listen(PLAIN.with(ServerOptions.CLEANUP_SOCKET, false));

        loop.run(on -> open.close());

        assertTrue(exists());
    }

    @Test
    @Spec("UNIX-9")
    void removesTheFileOfABoundSockToo() throws Exception {
        ServerSocketChannel bound =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path()));
        Server open = listen("unused", PLAIN.with(ServerOptions.SOCK, bound));
        connect();

        loop.run(on -> open.close());

        assertTrue(client.isMade());
        assertFalse(exists());
    }

    @Test
    @Spec({"UNIX-12", "UNIX-14", "JAVA-38"})
    void refusesWhatTheJdkDoesNotOffer() {
        assertThrows(UnsupportedOperationException.class, () -> listen("@abstract", PLAIN));
        assertThrows(UnsupportedOperationException.class, () -> connect("@abstract", ConnectOptions.DEFAULTS));
        assertThrows(
                UnsupportedOperationException.class,
                () -> loop.await(() -> new UnixProvider()
                        .openDatagram(new DatagramRequest(
                                loop.loop(), null, null, DatagramOptions.DEFAULTS, () -> client, log))));
    }

    @Test
    @Spec("UNIX-13")
    void noticesAHangUpWhileReadingAndWriting() throws Exception {
        server.onMade(transport -> transport.write(new byte[4_000_000]));
        listen(PLAIN);
        try (SocketChannel peer = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            server.awaitMade();
            assertTrue(loop.call(() -> server.transport().getWriteBufferSize()) > 0);
            assertTrue(peer.isConnected());
        }

        server.awaitLost();

        assertTrue(server.cause() instanceof IOException, String.valueOf(server.cause()));
        assertEquals(List.of(), loop.reports());
    }

    @Test
    @Spec({"SERVER-25", "CONN-18"})
    void holdsThePathAndRefusesClientsUntilItServes() {
        Server open = listen(PLAIN.with(ServerOptions.START_SERVING, false));
        assertThrows(ConnectionRefusedException.class, this::connect);

        loop.await(open::startServing);
        connect();

        assertTrue(client.isMade());
        loop.run(on -> open.close());
        assertFalse(exists());
    }

    @Test
    void removesThePathOfAServerThatNeverServed() {
        Server open = listen(PLAIN.with(ServerOptions.START_SERVING, false));

        loop.run(on -> open.close());

        assertFalse(exists());
    }
}
