// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.DatagramOptions;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Option;
import dev.turnout.api.network.Options;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refuses illegal arguments and combinations inside the call, with the names of what is wrong.
 *
 * @see "JAVA-9, JAVA-10"
 */
final class Arguments {

    private Arguments() {}

    /**
     * Adds the options of an endpoint to those given by code.
     *
     * @throws IllegalArgumentException if an option is unknown, needs a filter that is not there, or is given twice
     * @see "CONN-20, CONN-23"
     */
    static <O extends Options<O>> O merge(Endpoint endpoint, FilterPlan plan, O options) {
        Map<String, String> texts = new LinkedHashMap<>();
        endpoint.options().forEach((key, value) -> {
            if (plan.claims(key)) {
                return;
            }
            if (key.startsWith(FilterPlan.TLS + ".")) {
                throw new IllegalArgumentException(
                        key + " is for TLS, which " + endpoint + " does not have; write tls+" + endpoint.scheme());
            }
            if (options instanceof ServerOptions
                    && !options.known().containsKey(key)
                    && ConnectOptions.DEFAULTS.known().containsKey(key)) {
                throw new IllegalArgumentException(
                        key + " is an option of connections that are opened; a server listens at " + endpoint
                                + ", and has none of this name");
            }
            texts.put(key, value);
        });
        O merged = options.with(texts);
        for (String name : texts.keySet()) {
            Option<?> option = Objects.requireNonNull(options.known().get(name));
            if (options.isSet(option) && !Objects.equals(options.find(option), merged.find(option))) {
                throw new IllegalArgumentException(name + " is given twice: " + merged.find(option) + " in " + endpoint
                        + " and " + options.find(option) + " in the options; give it once");
            }
        }
        return merged;
    }

    /** Refuses a channel together with an address. */
    static void noSock(Options<?> options, Option<? extends NetworkChannel> sock, Object address) {
        if (options.find(sock) != null) {
            throw new IllegalArgumentException(
                    "sock cannot be given together with " + address + ": give a channel or an address");
        }
    }

    /** Checks a host and port to connect to (CONN-2). */
    static void connectAddress(@Nullable String host, int port, ConnectOptions options) {
        boolean given = host != null || port != -1;
        if (given) {
            noSock(options, ConnectOptions.SOCK, "host and port");
            if (host == null) {
                throw new IllegalArgumentException("port " + port + " is given without a host");
            }
            port(port);
        } else if (options.find(ConnectOptions.SOCK) == null) {
            throw new IllegalArgumentException("neither host and port nor sock is given: one of them is needed");
        }
    }

    /** Checks hosts and port to listen at (SERVER-6). */
    static void listenAddress(@Nullable List<String> hosts, int port, ServerOptions options) {
        if (hosts != null || port != -1) {
            noSock(options, ServerOptions.SOCK, "hosts and port");
            port(port);
        } else if (options.find(ServerOptions.SOCK) == null) {
            throw new IllegalArgumentException("neither hosts and port nor sock is given: one of them is needed");
        }
    }

    /** Checks a path (UNIX-2). */
    static void path(@Nullable Object path, Options<?> options, Option<? extends NetworkChannel> sock) {
        if (path != null) {
            noSock(options, sock, "path");
        } else if (options.find(sock) == null) {
            throw new IllegalArgumentException("neither path nor sock is given: one of them is needed");
        }
    }

    private static void port(int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not from 0 to 65535");
        }
    }

    /** Checks a connected channel (CONN-3). */
    static SocketChannel connected(SocketChannel channel) {
        if (!channel.isOpen()) {
            throw new IllegalArgumentException("sock is closed: " + channel);
        }
        if (!channel.isConnected()) {
            throw new IllegalArgumentException("sock must be connected: " + channel);
        }
        return channel;
    }

    /** Checks a bound channel. */
    static ServerSocketChannel bound(ServerSocketChannel channel) {
        if (!channel.isOpen()) {
            throw new IllegalArgumentException("sock is closed: " + channel);
        }
        if (Channels.localAddress(channel) == null) {
            throw new IllegalArgumentException("sock must be bound: " + channel);
        }
        return channel;
    }

    /** Checks that a channel is one of unix sockets (UNIX-3). */
    static void unix(NetworkChannel channel) {
        if (!(Channels.localAddress(channel) instanceof UnixDomainSocketAddress)) {
            throw new IllegalArgumentException("sock must be a unix stream socket, not " + channel);
        }
    }

    /**
     * Completes the TLS part of a client's plan.
     *
     * @param host the host connected to, or null
     * @throws IllegalArgumentException if TLS does not know whom to expect
     * @see "CONN-21, CONN-22, UNIX-10"
     */
    static FilterPlan clientTls(FilterPlan plan, @Nullable String host) {
        tlsTimes(plan);
        if (!plan.hasTls() || plan.serverHostname() != null) {
            return plan;
        }
        return plan.withServerHostname(serverHostname(host == null || host.isEmpty() ? null : host));
    }

    /** Refuses a TLS client that nobody told whom to expect; an empty name says that any will do (CONN-22). */
    static String serverHostname(@Nullable String name) {
        if (name == null) {
            throw new IllegalArgumentException("TLS without a host needs " + TlsOptions.SERVER_HOSTNAME
                    + ": set the name that the peer must have, or an empty one to check none");
        }
        return name;
    }

    /** Checks the TLS part of a server's plan: options given by code carry a context (SERVER-38). */
    static FilterPlan serverTls(FilterPlan plan, @Nullable TlsOptions tls) {
        tlsTimes(plan);
        if (tls != null && tls.find(TlsOptions.CONTEXT) == null) {
            throw new IllegalArgumentException("tls needs a context: a server has no default one");
        }
        return plan;
    }

    private static void tlsTimes(FilterPlan plan) {
        for (Option<Duration> time : List.of(TlsOptions.HANDSHAKE_TIMEOUT, TlsOptions.SHUTDOWN_TIMEOUT)) {
            if (plan.tls().get(time).isZero() || plan.tls().get(time).isNegative()) {
                throw new IllegalArgumentException(
                        time + " must be above 0, not " + Option.text(plan.tls().get(time)));
            }
        }
    }

    /** Returns the loop that a connection is to live on. */
    static IoLoop loop(LoopGroup loops, ConnectOptions options) {
        EventLoop wanted = options.find(ConnectOptions.LOOP);
        if (wanted == null) {
            return loops.choose();
        }
        for (IoLoop loop : loops.loops()) {
            if (loop == wanted) {
                return loop;
            }
        }
        throw new IllegalArgumentException("loop " + wanted.name() + " is none of this network's: "
                + loops.loops().stream().map(EventLoop::name).toList());
    }

    /** Checks the addresses of a datagram endpoint (DGRAM-37 to -39, DGRAM-44, UNIX-14). */
    static void datagram(@Nullable SocketAddress local, @Nullable SocketAddress remote, DatagramOptions options) {
        if (options.find(DatagramOptions.SOCK) != null) {
            List<String> others = new ArrayList<>();
            if (local != null) {
                others.add("localAddr");
            }
            if (remote != null) {
                others.add("remoteAddr");
            }
            for (Option<?> option :
                    List.of(DatagramOptions.FAMILY, DatagramOptions.REUSE_PORT, DatagramOptions.ALLOW_BROADCAST)) {
                if (options.isSet(option)) {
                    others.add(option.name());
                }
            }
            if (!others.isEmpty()) {
                throw new IllegalArgumentException(
                        "sock cannot be given together with " + String.join(", ", others) + ": it is ready as it is");
            }
            return;
        }
        pair("localAddr", local);
        pair("remoteAddr", remote);
        if (local == null && remote == null && options.find(DatagramOptions.FAMILY) == null) {
            throw new IllegalArgumentException("neither localAddr nor remoteAddr is given: then family is needed");
        }
        if (local instanceof InetSocketAddress here
                && remote instanceof InetSocketAddress there
                && !here.isUnresolved()
                && !there.isUnresolved()
                && here.getAddress().getClass() != there.getAddress().getClass()) {
            throw new IllegalArgumentException(
                    "localAddr " + here + " and remoteAddr " + there + " are of different families");
        }
    }

    private static void pair(String name, @Nullable SocketAddress address) {
        if (address instanceof UnixDomainSocketAddress) {
            throw new UnsupportedOperationException(
                    name + " " + address + " is a unix address: Java has no unix datagram sockets");
        }
        if (address != null && !(address instanceof InetSocketAddress)) {
            throw new IllegalArgumentException(name + " must be a pair of host and port, not " + address);
        }
    }

    /** Checks the part of a file to send (FILE-8). */
    static void filePart(FileChannel file, long offset, long count) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative: " + offset);
        }
        if (count < 1 && count != -1) {
            throw new IllegalArgumentException("count must be above 0, or -1 for all up to the end: " + count);
        }
        try {
            file.read(ByteBuffer.allocate(0), 0);
        } catch (NonReadableChannelException e) {
            throw new IllegalArgumentException("the file is not open for reading", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the file cannot be read: " + e.getMessage(), e);
        }
    }
}
