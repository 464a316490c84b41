// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens UDP sockets.
 *
 * @see "DGRAM-36 to DGRAM-42"
 */
final class UdpSockets {

    /**
     * Is one way to open an endpoint.
     *
     * @param local where to receive, or null for any port of all interfaces
     * @param remote the one peer, or null
     */
    record Candidate(
            @Nullable InetSocketAddress local, @Nullable InetSocketAddress remote) {

        StandardProtocolFamily family() {
            return familyOf(local != null ? local : remote);
        }

        @Override
        public String toString() {
            return (local == null ? "any port" : local.toString()) + (remote == null ? "" : " to " + remote);
        }
    }

    /**
     * Is an open channel.
     *
     * @param channel the channel, bound, and connected if there is one peer only
     * @param candidate what it was opened for
     */
    record Opened(DatagramChannel channel, Candidate candidate) {}

    private UdpSockets() {}

    static StandardProtocolFamily familyOf(@Nullable InetSocketAddress address) {
        return address != null && address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6;
    }

    /** Returns the address of all interfaces, of both families where the machine has both: the JDK makes every IPv6 socket a dual-stack one. */
    static InetSocketAddress any(SelectorProvider provider, int port) {
        try (DatagramChannel probe = provider.openDatagramChannel(StandardProtocolFamily.INET6)) {
            return any(probe.isOpen() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET, port);
        } catch (IOException | UnsupportedOperationException e) {
            return any(StandardProtocolFamily.INET, port);
        }
    }

    /** Returns the address of all interfaces of a family. */
    static InetSocketAddress any(ProtocolFamily family, int port) {
        try {
            byte[] zeros = new byte[family == StandardProtocolFamily.INET ? 4 : 16];
            return new InetSocketAddress(InetAddress.getByAddress(zeros), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are legal lengths of an address", e);
        }
    }

    /**
     * Returns the ways to open an endpoint, in order: local and remote addresses of one family.
     *
     * @throws IllegalArgumentException if there is none
     */
    static List<Candidate> candidates(
            @Nullable List<InetSocketAddress> locals,
            @Nullable List<InetSocketAddress> remotes,
            @Nullable ProtocolFamily family) {
        List<Candidate> all = new ArrayList<>();
        if (locals == null && remotes == null) {
            all.add(new Candidate(any(family == null ? StandardProtocolFamily.INET : family, 0), null));
            return all;
        }
        if (locals == null) {
            for (InetSocketAddress remote : Objects.requireNonNull(remotes)) {
                all.add(new Candidate(null, remote));
            }
        } else {
            for (InetSocketAddress local : locals) {
                add(all, local, remotes);
            }
        }
        all.removeIf(candidate -> family != null && candidate.family() != family);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("cannot open a datagram endpoint: localAddr "
                    + (locals == null ? "(none)" : locals) + " and remoteAddr " + (remotes == null ? "(none)" : remotes)
                    + (family == null ? " have no family in common" : " have no address of the family " + family));
        }
        return all;
    }

    private static void add(List<Candidate> all, InetSocketAddress local, @Nullable List<InetSocketAddress> remotes) {
        if (remotes == null) {
            all.add(new Candidate(local, null));
            return;
        }
        for (InetSocketAddress remote : remotes) {
            if (familyOf(remote) == familyOf(local)) {
                all.add(new Candidate(local, remote));
            }
        }
    }

    /** Opens the first candidate that can be opened; throws the first failure if none can. */
    static Opened open(SelectorProvider provider, List<Candidate> candidates, DatagramOptions options)
            throws IOException {
        IOException first = null;
        for (Candidate candidate : candidates) {
            try {
                return new Opened(open(provider, candidate, options), candidate);
            } catch (IOException | UnsupportedOperationException e) {
                if (first == null) {
                    first = SystemErrors.classify(
                            opening(candidate),
                            e instanceof IOException failure
                                    ? failure
                                    : new IOException("this machine lacks the family " + candidate.family(), e));
                }
            }
        }
        throw first == null ? new IOException("cannot open a udp endpoint: there is no address") : first;
    }

    private static String opening(Candidate candidate) {
        return "open a udp endpoint at " + candidate;
    }

    /**
     * Classifies a failure to send or to connect without the permission to broadcast; the system does not tell whether it is this one that is missing.
     *
     * @see "DGRAM-41"
     */
    static IOException classifyUnicast(String what, IOException e) {
        return e instanceof BindException && "Permission denied".equals(e.getMessage())
                ? new IOException(
                        what + ": " + e.getMessage() + "; if this is a broadcast address, set allow.broadcast=true", e)
                : SystemErrors.classify(what, e);
    }

    private static DatagramChannel open(SelectorProvider provider, Candidate candidate, DatagramOptions options)
            throws IOException {
        DatagramChannel channel = provider.openDatagramChannel(candidate.family());
        try {
            channel.configureBlocking(false);
            configure(channel, options);
            boolean broadcast = options.get(DatagramOptions.ALLOW_BROADCAST);
            InetSocketAddress remote = broadcast ? null : candidate.remote();
            if (candidate.local() != null) {
                channel.bind(candidate.local());
            } else if (remote == null) {
                channel.bind(any(candidate.family(), 0));
            }
            if (remote != null) {
                connect(channel, remote, candidate);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private static void connect(DatagramChannel channel, InetSocketAddress remote, Candidate candidate)
            throws IOException {
        try {
            channel.connect(remote);
        } catch (IOException e) {
            throw classifyUnicast(opening(candidate), e);
        }
    }

    private static void configure(DatagramChannel channel, DatagramOptions options) throws IOException {
        if (options.get(DatagramOptions.REUSE_PORT)) {
            if (!channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                throw new IllegalArgumentException("reuse.port=true is not possible: this system has no SO_REUSEPORT");
            }
            channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        if (options.get(DatagramOptions.ALLOW_BROADCAST)) {
            channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
        }
        setSizes(channel, options);
    }

    /** Sets the sizes of the kernel's buffers, as far as the options ask for one. */
    static void setSizes(DatagramChannel channel, DatagramOptions options) throws IOException {
        setSize(channel, StandardSocketOptions.SO_RCVBUF, options.find(DatagramOptions.RECEIVE_BUFFER));
        setSize(channel, StandardSocketOptions.SO_SNDBUF, options.find(DatagramOptions.SEND_BUFFER));
    }

    private static void setSize(DatagramChannel channel, SocketOption<Integer> option, @Nullable Long bytes)
            throws IOException {
        if (bytes != null) {
            channel.setOption(option, Math.toIntExact(bytes));
        }
    }

    static @Nullable SocketAddress localAddress(DatagramChannel channel) {
        return new DatagramView(channel).getsockname();
    }

    static void closeQuietly(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            Logs.of(UdpSockets.class.getName()).log(Level.DEBUG, "cannot close " + channel, e);
        }
    }
}
