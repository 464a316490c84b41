// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Knows how an endpoint is reached from outside. */
final class Target {

    /** Counts for all its peers. */
    final Tally tally;

    final SocketAddress address;

    private final SSLContext tls;

    private Target(Tally tally, SocketAddress address, SSLContext tls) {
        this.tally = tally;
        this.address = address;
        this.tls = tls;
    }

    /**
     * Parses an endpoint.
     *
     * @param trusted the file of the certificate that is vouched for, in PEM
     */
    static Target of(URI endpoint, Path trusted) throws IOException, GeneralSecurityException {
        Tally tally = new Tally(endpoint.getScheme());
        return switch (endpoint.getScheme()) {
            case "tcp", "udp" -> new Target(tally, inet(endpoint), null);
            case "tls+tcp" -> new Target(tally, inet(endpoint), trusting(trusted));
            case "unix" -> new Target(tally, UnixDomainSocketAddress.of(endpoint.getPath()), null);
            default -> throw new IllegalArgumentException("no client for " + endpoint);
        };
    }

    private static SocketAddress inet(URI endpoint) {
        return new InetSocketAddress(endpoint.getHost(), endpoint.getPort());
    }

    private static SSLContext trusting(Path certificate) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "trusted", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** Tells whether each request stands for itself, and the server has no connections. */
    boolean isDatagrams() {
        return tally.kind.equals("udp");
    }

    /** Makes a peer. */
    Peer peer(long seed) {
        return isDatagrams() ? new DatagramPeer(tally, seed, address) : new StreamPeer(this, seed);
    }

    /** Returns what moves bytes over a channel that is connected; half of the peers of TLS speak the older version. */
    Wire wire(SocketChannel channel, long seed) throws IOException {
        return tls == null
                ? Wire.plain(channel)
                : new TlsWire(
                        channel,
                        tls,
                        ((InetSocketAddress) address).getPort(),
                        Math.floorMod(seed, 2) == 0 ? "TLSv1.3" : "TLSv1.2");
    }
}
