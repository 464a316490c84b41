// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static dev.turnout.network.TestNetwork.get;
import static dev.turnout.network.TestNetwork.on;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Network;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.RecordingProtocol;
import dev.turnout.testkit.Spec;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SendfileTest {

    @TempDir
    private Path folder;

    private final TestNetwork net = new TestNetwork(1);
    private final RecordingProtocol receiver = new RecordingProtocol();
    private final RecordingProtocol sender = new RecordingProtocol();
    private final byte[] content = new byte[1_000_000];
    private Transport transport;
    private Path path;

    @BeforeEach
    void connect() throws Exception {
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 7);
        }
        path = Files.write(folder.resolve("f"), content);
        Server server = net.listen(() -> receiver, ServerOptions.DEFAULTS);
        transport = net.connect(() -> sender, server).transport();
    }

    @AfterEach
    void close() {
        net.close();
    }

    private CompletionStage<Long> send(FileChannel file, long offset, long count) {
        return on(net.loop(), () -> net.network().sendfile(transport, file, offset, count, true));
    }

    @Test
    @Spec({"FILE-1", "FILE-2", "FILE-9"})
    void sendsPartOfAFile() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            assertEquals(500_000, get(send(file, 1000, 500_000)));
            assertEquals(501_000, file.position());
        }

        assertArrayEquals(
                Arrays.copyOfRange(content, 1000, 501_000),
                receiver.awaitReceived(500_000).received());
    }

    @Test
    @Spec({"FILE-1", "FILE-9"})
    void sendsAFileOverAUnixSocket() throws Exception {
        Path place = Files.createTempDirectory("uds").resolve("s");
        RecordingProtocol other = new RecordingProtocol();
        get(net.network().createUnixServer(() -> other, place, ServerOptions.DEFAULTS));
        Transport unix = get(net.network().createUnixConnection(RecordingProtocol::new, place, ConnectOptions.DEFAULTS))
                .transport();

        try (FileChannel file = FileChannel.open(path)) {
            assertEquals(content.length, get(on(net.loop(), () -> net.network().sendfile(unix, file, 0, -1, false))));
        }

        assertArrayEquals(content, other.awaitReceived(content.length).received());
        Files.deleteIfExists(place);
        Files.delete(place.getParent());
    }

    @Test
    @Spec("FILE-14")
    void sendsNothingOfAnEmptyFile() throws Exception {
        try (FileChannel file = FileChannel.open(Files.createFile(folder.resolve("empty")))) {
            assertEquals(0, get(send(file, 0, -1)));
        }
    }

    @Test
    @Spec({"FILE-8", "JAVA-10"})
    void refusesWrongParts() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            assertThrows(IllegalArgumentException.class, () -> send(file, -1, 10));
            assertThrows(IllegalArgumentException.class, () -> send(file, 0, 0));
            assertThrows(IllegalArgumentException.class, () -> send(file, 0, -2));
        }
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
            assertThrows(IllegalArgumentException.class, () -> send(file, 0, 10));
        }
    }

    @Test
    @Spec({"FILE-6", "JAVA-10"})
    void refusesAClosingTransport() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            on(net.loop(), () -> {
                transport.close();
                return true;
            });

            assertThrows(IllegalStateException.class, () -> send(file, 0, 10));
        }
    }

    @Test
    @Spec("FILE-7")
    void takesStreamTransportsByType() throws Exception {
        // datagram and pipe transports do not compile
        assertEquals(
                Transport.class,
                Network.class.getMethod(
                                "sendfile", Transport.class, FileChannel.class, long.class, long.class, boolean.class)
                        .getParameterTypes()[0]);
    }

    @Test
    @Spec("FILE-3")
    void keepsTheOrderOfWritesAndFile() throws Exception {
        try (FileChannel file = FileChannel.open(path)) {
            get(on(net.loop(), () -> {
                transport.write("[".getBytes(StandardCharsets.US_ASCII));
                return net.network()
                        .sendfile(transport, file, 0, -1, true)
                        .thenAccept(sent -> transport.write("]".getBytes(StandardCharsets.US_ASCII)));
            }));
        }

        byte[] received = receiver.awaitReceived(content.length + 2).received();
        assertEquals('[', received[0]);
        assertEquals(']', received[content.length + 1]);
        assertArrayEquals(content, Arrays.copyOfRange(received, 1, content.length + 1));
    }
}
