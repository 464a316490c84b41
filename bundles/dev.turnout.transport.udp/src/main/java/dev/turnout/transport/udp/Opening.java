// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.DatagramRequest;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.transport.nio.Cancellation;
import dev.turnout.transport.nio.Failures;
import dev.turnout.transport.udp.UdpSockets.Candidate;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Opens one datagram endpoint: looks names up, opens the first pair of addresses that can be opened, and begins. Thread: the request's loop.
 *
 * @see "DGRAM-36 to DGRAM-45"
 */
final class Opening {

    private final DatagramRequest request;
    private final IoLoop loop;
    private final CompletableFuture<Connection<DatagramTransport>> result;

    private Opening(DatagramRequest request) {
        this.request = request;
        this.loop = request.loop();
        this.result = loop.createFuture();
    }

    static CompletableFuture<Connection<DatagramTransport>> start(DatagramRequest request) {
        request.loop().checkThread();
        Opening opening = new Opening(request);
        DatagramChannel sock = request.options().find(DatagramOptions.SOCK);
        if (sock != null) {
            opening.adopt(sock);
        } else {
            opening.resolve();
        }
        return opening.result;
    }

    /** Makes an endpoint of a channel that is there already; if that fails for a reason of the caller's, the channel is left alone. */
    private void adopt(DatagramChannel sock) {
        try {
            Object owner = loop.owner(sock);
            if (owner != null) {
                throw new IllegalStateException("sock " + sock + " is in use by " + owner);
            }
            sock.configureBlocking(false);
            if (sock.getLocalAddress() == null) {
                sock.bind(null);
            }
            SocketAddress remote = sock.getRemoteAddress();
            begin(sock, Targets.of(sock, remote instanceof InetSocketAddress inet ? inet : null, familyOf(sock)));
        } catch (Throwable e) {
            Failures.fail(loop, result, e);
        }
    }

    /** Returns the family that a bound socket can reach: one of both families that is bound to an address of IPv4 reaches IPv4 only. */
    private static StandardProtocolFamily familyOf(DatagramChannel sock) throws IOException {
        return sock.getLocalAddress() instanceof InetSocketAddress local && local.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    private void resolve() {
        CompletableFuture<List<InetSocketAddress>> locals = addresses(request.localAddr());
        CompletableFuture<List<InetSocketAddress>> remotes = addresses(request.remoteAddr());
        Cancellation.watch(result, loop, () -> {
            locals.cancel(false);
            remotes.cancel(false);
        });
        CompletionStage<?> unused = locals.thenCombine(remotes, this::open).whenComplete((done, failure) -> {
            if (failure != null) {
                result.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
    }

    /** Returns the addresses that an address may stand for; none for null. */
    private CompletableFuture<List<InetSocketAddress>> addresses(@Nullable SocketAddress address) {
        if (address == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        if (!(address instanceof InetSocketAddress inet)) {
            throw new IllegalArgumentException("a udp address is a pair of host and port, not " + address);
        }
        return inet.isUnresolved()
                ? loop.getaddrinfo(
                                inet.getHostString(),
                                Integer.toString(inet.getPort()),
                                request.options().find(DatagramOptions.FAMILY))
                        .toCompletableFuture()
                : CompletableFuture.completedFuture(List.of(inet));
    }

    private @Nullable Void open(List<InetSocketAddress> locals, List<InetSocketAddress> remotes) {
        ProtocolFamily family = request.options().find(DatagramOptions.FAMILY);
        List<Candidate> candidates = UdpSockets.candidates(
                request.localAddr() == null ? null : locals, request.remoteAddr() == null ? null : remotes, family);
        UdpSockets.Opened opened;
        try {
            opened = UdpSockets.open(loop.provider(), candidates, request.options());
        } catch (IOException e) {
            throw new CompletionException(e);
        }
        StandardProtocolFamily own = opened.candidate().family();
        try {
            begin(
                    opened.channel(),
                    Targets.of(opened.channel(), opened.candidate().remote(), own));
        } catch (Throwable e) {
            UdpSockets.closeQuietly(opened.channel());
            Failures.fail(loop, result, e);
        }
        return null;
    }

    private void begin(DatagramChannel channel, Targets targets) {
        UdpSettings settings = UdpSettings.of(request.options());
        BaseProtocol protocol = Objects.requireNonNull(request.factory().get(), "the factory returned null");
        UdpTransport transport = UdpTransport.begin(loop, channel, targets, protocol, settings, request.observer());
        if (!result.complete(new Connection<>(transport, protocol))) {
            transport.abort();
        }
    }
}
