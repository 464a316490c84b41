// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.transport.Cipher;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Answers what a TLS connection tells about itself; what holds on to the context is gone after the end (TLS-60). Thread: the loop's.
 *
 * @see "EXTRA-9 to EXTRA-14, EXTRA-18, TLS-20, TLS-31"
 */
final class TlsInfo {

    private static final Pattern BITS = Pattern.compile("_(\\d{3})(?:_|$)");
    private static final int CHACHA_BITS = 256;
    private static final int TRIPLE_DES_BITS = 112;

    private @Nullable SSLContext context;
    private @Nullable SSLSession session;
    private @Nullable TlsEngine engine;
    private @Nullable Cipher cipher;
    private @Nullable String alpn;
    private @Nullable String sni;
    private boolean closeNotify;

    TlsInfo(TlsSettings settings) {
        context = settings.context();
        sni = settings.sentName();
    }

    /** Is told which context the client's name has chosen. */
    void chosen(SSLContext byName, String name) {
        context = byName;
        sni = name.isEmpty() ? null : name;
    }

    void established(TlsEngine by) {
        engine = by;
        session = by.session();
        String suite = by.session().getCipherSuite();
        cipher = new Cipher(suite, by.session().getProtocol(), bits(suite));
        String protocol = by.applicationProtocol();
        alpn = protocol == null || protocol.isEmpty() ? null : protocol;
        if (sni == null) {
            sni = requested(by.session());
        }
    }

    void ended(boolean peerClosed) {
        closeNotify = peerClosed;
        context = null;
        session = null;
        engine = null;
    }

    /** Returns the value of a key that is about TLS; an outer empty says that it is not. */
    Optional<Optional<Object>> find(String name) {
        return switch (name) {
            case "compression" -> Optional.of(Optional.empty());
            case "cipher" -> Optional.of(Optional.ofNullable(cipher));
            case "peercert" -> Optional.of(peercert());
            case "sslcontext" -> Optional.of(Optional.ofNullable(context));
            case "ssl_object" -> Optional.of(Optional.ofNullable(session));
            case "tls.closeNotify" -> Optional.of(Optional.of(engine == null ? closeNotify : engine.isPeerClosed()));
            case "alpn" -> Optional.of(Optional.ofNullable(alpn));
            case "sni" -> Optional.of(Optional.ofNullable(sni));
            default -> Optional.empty();
        };
    }

    private Optional<Object> peercert() {
        SSLSession own = session;
        if (own == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(own.getPeerCertificates());
        } catch (SSLPeerUnverifiedException nobodyAsked) {
            return Optional.of(new Certificate[0]);
        }
    }

    private static @Nullable String requested(SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return null;
        }
        List<SNIServerName> names;
        try {
            names = extended.getRequestedServerNames();
        } catch (UnsupportedOperationException notKnown) {
            return null;
        }
        for (SNIServerName name : names) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return null;
    }

    /** Returns the secret bits of a cipher suite, as its name tells them. */
    static int bits(String suite) {
        if (suite.contains("CHACHA20")) {
            return CHACHA_BITS;
        }
        if (suite.contains("3DES")) {
            return TRIPLE_DES_BITS;
        }
        Matcher matcher = BITS.matcher(suite);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }
}
