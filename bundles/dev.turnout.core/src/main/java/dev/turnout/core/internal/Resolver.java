// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.NameInfo;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Turns names into addresses and back, on a worker thread unless nothing has to be looked up.
 *
 * @see "EXEC-7 to EXEC-13"
 */
final class Resolver {

    /** Is what answers for names: the JDK's resolver, or a test's. */
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    private static final System.Logger LOG = Logs.of("dev.turnout.core");

    private final SelectorLoop loop;
    private final Lookup lookup;

    Resolver(SelectorLoop loop, Lookup lookup) {
        this.loop = loop;
        this.lookup = lookup;
    }

    CompletionStage<List<InetSocketAddress>> addresses(
            @Nullable String host, @Nullable String port, @Nullable ProtocolFamily family) {
        int number = Services.number(port);
        InetAddress[] known = host == null || host.isEmpty() ? wildcard(family) : literal(host);
        if (known == null || number < 0) {
            return loop.runInExecutor(null, () -> resolve(host, known, port, number, family));
        }
        CompletableFuture<List<InetSocketAddress>> answer = loop.createFuture();
        try {
            answer.complete(select(host, known, number, family));
        } catch (IOException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    CompletionStage<NameInfo> name(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("cannot find the name of " + address + ": it has no address yet");
        }
        return loop.runInExecutor(null, () -> {
            // a copy without the name that the caller's address may carry
            InetAddress bare = InetAddress.getByAddress(address.getAddress().getAddress());
            String host = bare.getHostName();
            boolean nameless = host.equals(bare.getHostAddress());
            return new NameInfo(
                    nameless ? address.getAddress().getHostAddress() : host, Services.name(address.getPort()));
        });
    }

    private List<InetSocketAddress> resolve(
            @Nullable String host,
            InetAddress @Nullable [] known,
            @Nullable String port,
            int number,
            @Nullable ProtocolFamily family)
            throws IOException {
        long start = System.nanoTime();
        try {
            int resolvedPort = number >= 0 ? number : Services.find(String.valueOf(port));
            return select(host, known == null ? lookup.all(String.valueOf(host)) : known, resolvedPort, family);
        } finally {
            long nanos = System.nanoTime() - start;
            if (loop.getDebug() && nanos >= loop.getSlowCallbackDuration().toNanos()) {
                LOG.log(
                        Level.WARNING,
                        "loop {0}: resolving {1}:{2} took {3} ms",
                        loop.name(),
                        host,
                        port,
                        nanos / 1_000_000);
            }
        }
    }

    private static List<InetSocketAddress> select(
            @Nullable String host, InetAddress[] found, int port, @Nullable ProtocolFamily family) throws IOException {
        List<InetSocketAddress> addresses = new ArrayList<>(found.length);
        for (InetAddress address : found) {
            if (family == null || family == familyOf(address)) {
                addresses.add(new InetSocketAddress(address, port));
            }
        }
        if (addresses.isEmpty()) {
            throw new UnknownHostException("cannot resolve " + host + ": the resolver returned no address"
                    + (family == null ? "" : " of family " + family.name()));
        }
        return List.copyOf(addresses);
    }

    private static ProtocolFamily familyOf(InetAddress address) {
        return address instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    /** Returns the address of all interfaces; without a family the JDK's own choice, which is dual-stack where there is IPv6. */
    private static InetAddress[] wildcard(@Nullable ProtocolFamily family) {
        try {
            if (family == StandardProtocolFamily.INET6) {
                return new InetAddress[] {Inet6Address.getByAddress(null, new byte[16], -1)};
            }
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
        return new InetAddress[] {new InetSocketAddress(0).getAddress()};
    }

    /** Returns the address that the text spells out, or null if it has to be resolved: names, and literals with a zone. */
    static InetAddress @Nullable [] literal(String host) {
        try {
            byte[] four = dottedQuad(host);
            if (four != null) {
                return new InetAddress[] {InetAddress.getByAddress(host, four)};
            }
            // with a colon and only these characters the JDK parses and never asks a resolver
            if (host.indexOf(':') >= 0
                    && host.chars().allMatch(c -> Character.digit(c, 16) >= 0 || c == ':' || c == '.')) {
                return new InetAddress[] {InetAddress.getByName(host)};
            }
        } catch (UnknownHostException e) {
            LOG.log(Level.DEBUG, "not a literal address, left to the resolver", e);
        }
        return null;
    }

    private static byte @Nullable [] dottedQuad(String host) {
        byte[] bytes = new byte[4];
        int part = 0;
        int value = -1;
        for (int i = 0; i <= host.length(); i++) {
            char c = i == host.length() ? '.' : host.charAt(i);
            if (c == '.') {
                if (value < 0 || part == 4) {
                    return null;
                }
                bytes[part++] = (byte) value;
                value = -1;
            } else if (c < '0' || c > '9' || value == 0) {
                // a leading zero means octal to some: not a literal
                return null;
            } else {
                value = Math.max(value, 0) * 10 + (c - '0');
                if (value > 255) {
                    return null;
                }
            }
        }
        return part == 4 ? bytes : null;
    }
}
