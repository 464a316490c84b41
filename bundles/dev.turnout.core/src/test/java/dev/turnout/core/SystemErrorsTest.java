// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.error.AddressInUseException;
import dev.turnout.api.error.AddressNotAvailableException;
import dev.turnout.api.error.BrokenPipeException;
import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.ConnectionRefusedException;
import dev.turnout.api.error.ConnectionResetException;
import dev.turnout.api.error.MessageTooLargeException;
import dev.turnout.api.error.OutOfDescriptorsException;
import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The system's errors, provoked where a test can provoke them. */
class SystemErrorsTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void refused() throws IOException {
        InetSocketAddress nobody;
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            nobody = (InetSocketAddress)
                    server.bind(new InetSocketAddress(LOOPBACK, 0)).getLocalAddress();
        }

        assertClassified(
                ConnectionRefusedException.class,
                () -> SocketChannel.open(nobody).close());
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void refusedByAUnixSocketWithoutAServer(@TempDir Path folder) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
        }

        assertClassified(
                ConnectionRefusedException.class,
                () -> SocketChannel.open(address).close());
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13", "JAVA-34"})
    void refusedForAConnectedDatagramSocket() throws IOException {
        InetSocketAddress nobody;
        try (DatagramChannel other = DatagramChannel.open().bind(new InetSocketAddress(LOOPBACK, 0))) {
            nobody = (InetSocketAddress) other.getLocalAddress();
        }
        try (DatagramChannel channel = DatagramChannel.open().connect(nobody)) {
            channel.write(ByteBuffer.allocate(1));

            assertClassified(ConnectionRefusedException.class, () -> channel.read(ByteBuffer.allocate(1)));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void resetOnRead() throws IOException {
        try (Pair pair = new Pair()) {
            pair.far.setOption(StandardSocketOptions.SO_LINGER, 0);
            pair.far.close();

            assertClassified(ConnectionResetException.class, () -> pair.near.read(ByteBuffer.allocate(1)));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void brokenPipeOnWrite() throws IOException {
        try (SocketChannel unix = brokenUnixConnection()) {

            assertClassified(BrokenPipeException.class, () -> unix.write(ByteBuffer.allocate(1)));
        }
    }

    private static SocketChannel brokenUnixConnection() throws IOException {
        Path folder = Files.createTempDirectory("s");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            SocketChannel client = SocketChannel.open(address);
            server.accept().close();
            return client;
        } finally {
            Files.deleteIfExists(address.getPath());
            Files.deleteIfExists(folder);
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void addressInUse() throws IOException {
        try (ServerSocketChannel first = ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
                ServerSocketChannel second = ServerSocketChannel.open()) {

            assertClassified(AddressInUseException.class, () -> second.bind(first.getLocalAddress()));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void addressInUseByAUnixSocket(@TempDir Path folder) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("s"));
        try (ServerSocketChannel first =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                ServerSocketChannel second = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {

            assertTrue(first.isOpen());
            assertClassified(AddressInUseException.class, () -> second.bind(address));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void addressNotAvailable() throws IOException {
        // an address kept for documentation: no machine has it
        InetSocketAddress foreign = new InetSocketAddress(InetAddress.getByName("192.0.2.1"), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open()) {

            assertClassified(AddressNotAvailableException.class, () -> server.bind(foreign));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void timedOut() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK)) {
            server.setSoTimeout(1);

            SocketTimeoutException e = assertThrows(SocketTimeoutException.class, server::accept);
            assertInstanceOf(TimedOutException.class, SystemErrors.classify("accept", e));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void messageTooLarge() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress(LOOPBACK, 0))) {
            var target = channel.getLocalAddress();

            assertClassified(MessageTooLargeException.class, () -> channel.send(ByteBuffer.allocate(70_000), target));
        }
    }

    @Test
    @Spec({"JAVA-12", "JAVA-13"})
    void closedUnderneath() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.close();

        assertClassified(ConnectionAbortedException.class, () -> channel.connect(new InetSocketAddress(LOOPBACK, 1)));
    }

    @ParameterizedTest
    @CsvSource({
        "Too many open files, OutOfDescriptorsException",
        "Connection timed out, TimedOutException",
        "Software caused connection abort, ConnectionAbortedException",
        "Connection reset by peer, ConnectionResetException",
        "Broken pipe, BrokenPipeException"
    })
    @Spec("JAVA-13")
    void whatCannotBeProvokedIsKnownByItsText(String text, String expected) {
        IOException error = new IOException(text);

        IOException classified = SystemErrors.classify("try", error);

        assertEquals(expected, classified.getClass().getSimpleName());
        assertSame(error, classified.getCause());
    }

    @Test
    @Spec("JAVA-12")
    void readsTheReasonOfFileErrorsAndLeavesTheUnknownAlone() {
        IOException unknown = new IOException("something else");

        assertInstanceOf(
                OutOfDescriptorsException.class,
                SystemErrors.classify("open", new FileSystemException("/f", null, "Too many open files")));
        assertSame(unknown, SystemErrors.classify("try", unknown));
    }

    private static void assertClassified(Class<? extends IOException> type, Executable provoke) {
        IOException real = assertThrows(IOException.class, provoke);

        IOException classified = SystemErrors.classify("provoke it", real);

        assertInstanceOf(type, classified);
        assertSame(real, classified.getCause());
        assertTrue(classified.getMessage().startsWith("provoke it: "), classified.getMessage());
        assertSame(classified, SystemErrors.classify("again", classified));
    }

    /** Is a connection over the loopback. */
    private static final class Pair implements AutoCloseable {

        final SocketChannel near;
        final SocketChannel far;

        Pair() throws IOException {
            try (ServerSocketChannel server = ServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(LOOPBACK, 0));
                near = SocketChannel.open(server.getLocalAddress());
                far = server.accept();
            }
        }

        @Override
        public void close() throws IOException {
            near.close();
            far.close();
        }
    }
}
