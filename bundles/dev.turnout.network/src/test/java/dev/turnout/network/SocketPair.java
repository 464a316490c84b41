// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Is two channels connected with each other. */
final class SocketPair implements AutoCloseable {

    final SocketChannel one;
    final SocketChannel other;

    private SocketPair(ServerSocketChannel server, SocketAddress at) throws IOException {
        one = SocketChannel.open(at);
        other = server.accept();
    }

    static SocketPair tcp() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            return new SocketPair(server, server.getLocalAddress());
        }
    }

    static SocketPair unix() throws IOException {
        Path folder = Files.createTempDirectory("tn");
        Path path = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            return new SocketPair(server, server.getLocalAddress());
        } finally {
            Files.deleteIfExists(path);
            Files.delete(folder);
        }
    }

    @Override
    public void close() throws IOException {
        one.close();
        other.close();
    }
}
