// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.network.Option;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import java.net.InetSocketAddress;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one connection is to be like, and makes its engine.
 *
 * @param side which side it is
 * @param options the options, those of the endpoint included
 * @param context the context, on a server the one for names that no other is for
 * @param byName the contexts of a server by host name
 */
record TlsSettings(Side side, TlsOptions options, SSLContext context, Map<String, SSLContext> byName) {

    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");
    private static final int MOST_ALPN_BYTES = 255;
    private static final String CONTEXT_PID = "dev.turnout.filter.tls";

    /**
     * Puts the settings together.
     *
     * @param texts the endpoint's options; the empty key names configured contexts, the default one first
     * @throws IllegalArgumentException if an option is wrong
     * @throws IllegalStateException if a context is missing or cannot be read, or lacks the key or the truststore that its servers need
     */
    static TlsSettings of(Side side, TlsOptions code, Map<String, String> texts, Contexts contexts) {
        Map<String, String> options = new HashMap<>(texts);
        String names = options.remove("");
        TlsOptions all = code.with(options);
        positive(all, TlsOptions.HANDSHAKE_TIMEOUT);
        positive(all, TlsOptions.SHUTDOWN_TIMEOUT);
        Map<String, SSLContext> byName = new HashMap<>();
        all.get(TlsOptions.SNI_CONTEXTS).forEach((name, context) -> byName.put(name.toLowerCase(Locale.ROOT), context));
        SSLContext given = all.find(TlsOptions.CONTEXT);
        if (given != null) {
            if (names != null) {
                throw new IllegalArgumentException(
                        "tls=" + names + " names a context, and the options have one too; give one of them");
            }
            return new TlsSettings(side, all, given, byName);
        }
        if (names == null && side == Side.CLIENT) {
            return new TlsSettings(side, all, defaultContext(), byName);
        }
        String[] list = names == null ? new String[] {"default"} : names.split(",", -1);
        for (int i = 1; i < list.length; i++) {
            NamedContext.Loaded loaded = find(contexts, list[i]);
            judge(side, all, list[i], loaded);
            loaded.hosts().forEach(host -> byName.put(host, loaded.context()));
        }
        NamedContext.Loaded first = find(contexts, list[0]);
        judge(side, all, list[0], first);
        return new TlsSettings(side, all, first.context(), byName);
    }

    /**
     * Refuses servers a context that has no key, with which every handshake would fail, and one that does not say whom it trusts to judge clients: the
     * JDK's public authorities would vouch for anybody.
     */
    private static void judge(Side side, TlsOptions options, String name, NamedContext.Loaded loaded) {
        if (side == Side.SERVER && !loaded.proves()) {
            throw new IllegalStateException("the TLS context \"" + name.strip()
                    + "\" has no key, which a server needs; set keystore, or certificate and key, in the configuration "
                    + CONTEXT_PID + "~" + name.strip());
        }
        String auth = options.get(TlsOptions.CLIENT_AUTH);
        if (side == Side.SERVER && !auth.equals("none") && !loaded.vouches()) {
            throw new IllegalStateException("tls.client.auth=" + auth
                    + " needs to know who vouches for clients, and the TLS"
                    + " context \"" + name.strip() + "\" has no truststore; set truststore in the configuration "
                    + CONTEXT_PID + "~" + name.strip());
        }
    }

    private static NamedContext.Loaded find(Contexts contexts, String name) {
        NamedContext.Loaded loaded = contexts.find(name.strip());
        String failure = loaded == null ? contexts.failure(name.strip()) : null;
        if (failure != null) {
            throw new IllegalStateException("TLS context \"" + name.strip() + "\" cannot be used: " + failure
                    + "; mend its files, or the configuration " + CONTEXT_PID + "~" + name.strip());
        }
        if (loaded == null) {
            throw new IllegalStateException("no TLS context has the name \"" + name.strip() + "\"; present: "
                    + contexts.present() + "; add a configuration " + CONTEXT_PID + "~" + name.strip()
                    + " with a keystore, or a certificate and its key, and name it by tls=" + name.strip());
        }
        return loaded;
    }

    private static void positive(TlsOptions options, Option<Duration> time) {
        Duration value = options.get(time);
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("tls." + time + " must be above 0, not " + Option.text(value));
        }
    }

    private static SSLContext defaultContext() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the platform has no default TLS context: " + e.getMessage(), e);
        }
    }

    boolean isClient() {
        return side == Side.CLIENT;
    }

    Duration handshakeTimeout() {
        return options.get(TlsOptions.HANDSHAKE_TIMEOUT);
    }

    Duration shutdownTimeout() {
        return options.get(TlsOptions.SHUTDOWN_TIMEOUT);
    }

    boolean strictClose() {
        return options.get(TlsOptions.STRICT_CLOSE);
    }

    /** Tells whether the context depends on what the client says first. */
    boolean needsHello() {
        return !byName.isEmpty();
    }

    /** Returns the context for a name that a client asks for: of that very name, else of {@code *.} and its parent domain, else the default one. */
    SSLContext contextFor(String name) {
        SSLContext exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        SSLContext parent = dot < 0 ? null : byName.get("*" + name.substring(dot));
        return parent == null ? context : parent;
    }

    /** Makes the engine of a client: asks for the host by name, checks that the certificate is for it, and resumes sessions with it. */
    TlsEngine clientEngine(Transport below) throws SSLException {
        String name = options.find(TlsOptions.SERVER_HOSTNAME);
        if (name == null) {
            throw new SSLException("nobody said whom to expect as the peer; set " + TlsOptions.SERVER_HOSTNAME
                    + ", to an empty text to check no name");
        }
        InetSocketAddress peer = below.getExtraInfo(ExtraInfo.PEERNAME)
                .filter(InetSocketAddress.class::isInstance)
                .map(InetSocketAddress.class::cast)
                .orElse(null);
        String host = !name.isEmpty() ? name : peer == null || peer.getAddress() == null ? null : address(peer);
        SSLEngine engine = host == null
                ? context.createSSLEngine()
                : context.createSSLEngine(host, peer == null ? -1 : peer.getPort());
        engine.setUseClientMode(true);
        SSLParameters parameters = common(engine);
        if (!name.isEmpty()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (!isAddress(name)) {
                parameters.setServerNames(List.of(hostName(name)));
            }
        }
        engine.setSSLParameters(parameters);
        return new TlsEngine(engine, Boolean.FALSE.equals(options.find(TlsOptions.RENEGOTIATION)));
    }

    private static String address(InetSocketAddress peer) {
        return peer.getAddress().getHostAddress();
    }

    private static SNIHostName hostName(String name) throws SSLException {
        try {
            return new SNIHostName(name);
        } catch (IllegalArgumentException e) {
            throw new SSLException("\"" + name + "\" is no host name that a certificate can be checked for", e);
        }
    }

    /** Tells whether a host is a literal address, which is never sent as a server name (TLS-17). */
    static boolean isAddress(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    /** Makes the engine of a server. */
    TlsEngine serverEngine(SSLContext chosen) throws SSLException {
        SSLEngine engine = chosen.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = common(engine);
        parameters.setUseCipherSuitesOrder(true);
        switch (options.get(TlsOptions.CLIENT_AUTH)) {
            case "need" -> parameters.setNeedClientAuth(true);
            case "want" -> parameters.setWantClientAuth(true);
            default -> {
                // what the context's own parameters say
            }
        }
        engine.setSSLParameters(parameters);
        return new TlsEngine(engine, !Boolean.TRUE.equals(options.find(TlsOptions.RENEGOTIATION)));
    }

    /**
     * Makes engines, to see whether the options suit those who make them.
     *
     * @throws IllegalArgumentException if they do not, so that every handshake would fail
     */
    void checkEngines() {
        Set<SSLContext> all = new HashSet<>(byName.values());
        all.add(context);
        for (SSLContext each : all) {
            try {
                serverEngine(each);
            } catch (SSLException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
    }

    private SSLParameters common(SSLEngine engine) throws SSLException {
        SSLParameters parameters = engine.getSSLParameters();
        List<String> supported = Arrays.asList(engine.getSupportedProtocols());
        List<String> versions = options.get(TlsOptions.PROTOCOLS).stream()
                .filter(supported::contains)
                .toList();
        if (versions.isEmpty()) {
            throw new SSLException("the TLS provider has none of the versions " + options.get(TlsOptions.PROTOCOLS)
                    + ", only " + supported);
        }
        parameters.setProtocols(versions.toArray(String[]::new));
        List<String> ciphers = options.get(TlsOptions.CIPHERS);
        if (!ciphers.isEmpty()) {
            checkCiphers(ciphers, versions, List.of(engine.getSupportedCipherSuites()));
            parameters.setCipherSuites(ciphers.toArray(String[]::new));
        }
        List<String> alpn = options.get(TlsOptions.ALPN);
        if (!alpn.isEmpty()) {
            for (String name : alpn) {
                if (name.isEmpty() || name.length() > MOST_ALPN_BYTES) {
                    throw new IllegalArgumentException("tls.alpn=" + String.join(",", alpn) + " has a name of "
                            + name.length() + " characters; legal are 1 to " + MOST_ALPN_BYTES);
                }
            }
            parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        }
        return parameters;
    }

    private static void checkCiphers(List<String> ciphers, List<String> versions, List<String> supported) {
        List<String> unknown =
                ciphers.stream().filter(name -> !supported.contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("tls.ciphers names " + String.join(",", unknown)
                    + ", which the TLS provider does not have; it has " + String.join(",", supported));
        }
        if (versions.stream().noneMatch(version -> ciphers.stream().anyMatch(name -> isFor(version, name)))) {
            throw new IllegalArgumentException("tls.ciphers=" + String.join(",", ciphers) + " has nothing for "
                    + String.join(",", versions) + ": no handshake could succeed");
        }
    }

    /** The suites of TLS 1.3 name no exchange of keys. */
    private static boolean isFor(String version, String suite) {
        return version.equals("TLSv1.3") != suite.contains("_WITH_");
    }

    /** Returns the name that a client sends, or null. */
    @Nullable
    String sentName() {
        String name = options.find(TlsOptions.SERVER_HOSTNAME);
        return isClient() && name != null && !name.isEmpty() && !isAddress(name) ? name : null;
    }
}
