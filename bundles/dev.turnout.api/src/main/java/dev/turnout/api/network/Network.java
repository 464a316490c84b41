// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WriteTransport;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens connections and servers, by the names of asyncio's operations. Any thread.
 *
 * <p>Every stage completes on the connection's loop; cancelling {@code stage.toCompletableFuture()} cancels the operation and leaves nothing open
 * (LOOP-43, JAVA-8). Illegal arguments and combinations fail inside the call with {@link IllegalArgumentException} (JAVA-9), everything else through
 * the stage: {@link java.io.IOException}s of {@code dev.turnout.api.error}, and {@link UnsupportedOperationException} with the scheme, the
 * present ones and the feature to install if no transport has the scheme (SWITCH-57). As an OSGi service it is one object for each bundle that uses
 * it: the servers and connections of a bundle end with the bundle.
 *
 * @see "sections 14 to 21"
 */
@ProviderType
public interface Network {

    /** Connects to an endpoint of a stream transport. */
    CompletionStage<Connection<Transport>> createConnection(
            Supplier<? extends BaseProtocol> factory, Endpoint endpoint, ConnectOptions options);

    /**
     * Connects by TCP, or uses {@link ConnectOptions#SOCK} if host is null and port -1.
     *
     * @see "CONN-1 to CONN-30"
     */
    CompletionStage<Connection<Transport>> createConnection(
            Supplier<? extends BaseProtocol> factory, @Nullable String host, int port, ConnectOptions options);

    /** Connects to a unix socket, or uses {@link ConnectOptions#SOCK} if path is null (UNIX-1 to -4). */
    CompletionStage<Connection<Transport>> createUnixConnection(
            Supplier<? extends BaseProtocol> factory, @Nullable Path path, ConnectOptions options);

    /** Makes a server-side connection of a channel accepted elsewhere, which is owned by the transport from now on (CONN-26 to -28). */
    CompletionStage<Connection<Transport>> connectAcceptedSocket(
            Supplier<? extends BaseProtocol> factory, SocketChannel channel, ConnectOptions options);

    /** Listens at an endpoint of a stream transport, or receives at one of a datagram transport: then the server is one connection for all peers. */
    CompletionStage<Server> createServer(
            Supplier<? extends BaseProtocol> factory, Endpoint endpoint, ServerOptions options);

    /**
     * Listens by TCP at all addresses of the hosts, or serves {@link ServerOptions#SOCK} if hosts is null and port -1.
     *
     * @param hosts names or addresses; an empty list or an empty text means all interfaces
     * @param port the port, 0 to have one chosen
     * @see "SERVER-1 to SERVER-7"
     */
    CompletionStage<Server> createServer(
            Supplier<? extends BaseProtocol> factory, @Nullable List<String> hosts, int port, ServerOptions options);

    /** Listens at a unix socket, or serves {@link ServerOptions#SOCK} if path is null (UNIX-1 to -9). */
    CompletionStage<Server> createUnixServer(
            Supplier<? extends BaseProtocol> factory, @Nullable Path path, ServerOptions options);

    /** Opens a datagram endpoint (DGRAM-1, DGRAM-36 to -45). */
    CompletionStage<Connection<DatagramTransport>> createDatagramEndpoint(
            Supplier<? extends BaseProtocol> factory,
            @Nullable SocketAddress localAddr,
            @Nullable SocketAddress remoteAddr,
            DatagramOptions options);

    /** Connects the reading end of a pipe, which is owned by the transport from now on (PIPE-1 to -6). */
    CompletionStage<Connection<ReadTransport>> connectReadPipe(Supplier<? extends BaseProtocol> factory, Channel pipe);

    /** Connects the writing end of a pipe, which is owned by the transport from now on (PIPE-1 to -6). */
    CompletionStage<Connection<WriteTransport>> connectWritePipe(
            Supplier<? extends BaseProtocol> factory, Channel pipe);

    /** Starts a program with its arguments (PROC-1 to -11). */
    CompletionStage<Connection<SubprocessTransport>> subprocessExec(
            Supplier<? extends BaseProtocol> factory, List<String> program, ProcessOptions options);

    /** Starts a command of the system's shell (PROC-1 to -11). */
    CompletionStage<Connection<SubprocessTransport>> subprocessShell(
            Supplier<? extends BaseProtocol> factory, String command, ProcessOptions options);

    /**
     * Upgrades an open plain connection to TLS; called on the transport's loop.
     *
     * @param protocol the protocol to go on with; it gets no second {@code connectionMade}
     * @param options for a client they must have {@link TlsOptions#SERVER_HOSTNAME}, empty only if any peer that the context trusts will do
     * @param serverSide whether this side is the TLS server
     * @param unread bytes that the plain protocol had read too far, or an empty array; they go to the TLS engine (TLS-56)
     * @throws IllegalArgumentException before any effect, if the transport or the protocol is none for TLS, or a client does not say whom it expects
     * @throws IllegalStateException before any effect, if the transport is closing or was upgraded before
     * @see "TLS-50 to TLS-59"
     */
    CompletionStage<Transport> startTls(
            Transport transport, BaseProtocol protocol, TlsOptions options, boolean serverSide, byte[] unread);

    /**
     * Sends part of a file and answers the bytes sent; called on the transport's loop.
     *
     * @param count how many bytes, above 0, or -1 for all up to the end
     * @param fallback whether to read and write in pieces where the system cannot send files
     * @see "section 21"
     */
    CompletionStage<Long> sendfile(Transport transport, FileChannel file, long offset, long count, boolean fallback);
}
