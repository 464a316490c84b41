// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * Holds the options of a TLS connection or server.
 *
 * @see "section 20, CONN-20 to CONN-25"
 */
public final class TlsOptions extends Options<TlsOptions> {

    /** The context; unset on a client means one that verifies certificate and name (CONN-24); code only. */
    public static final Option<SSLContext> CONTEXT = Option.object("context", null, "Sets the TLS context.");

    /**
     * The contexts of a server by the host name that the client asks for, {@code *.} in front standing for one label; {@link #CONTEXT} is for all others
     * (TLS-21); code only.
     */
    public static final Option<Map<String, SSLContext>> SNI_CONTEXTS =
            Option.object("sni.contexts", Map.of(), "Sets TLS contexts by host name.");

    /** The name to ask for and to check; an empty text turns the check off (CONN-21, CONN-22). */
    public static final Option<String> SERVER_HOSTNAME = new Option<>(
            "server.hostname",
            null,
            Effect.NEW_CONNECTIONS,
            "a host name, or nothing",
            "Names the server to ask for and to check.",
            text -> text);

    /** Bounds the handshake (TLS-8). */
    public static final Option<Duration> HANDSHAKE_TIMEOUT = Option.bound(
            "handshake.timeout", Duration.ofSeconds(60), Effect.NEW_CONNECTIONS, "Bounds the handshake; not 0.");

    /** Bounds the end of the connection, flushing included (TLS-24). */
    public static final Option<Duration> SHUTDOWN_TIMEOUT = Option.bound(
            "shutdown.timeout",
            Duration.ofSeconds(30),
            Effect.NEW_CONNECTIONS,
            "Bounds the end of the connection; not 0.");

    /** The application protocols offered or accepted, best first. */
    public static final Option<List<String>> ALPN = new Option<>(
            "alpn",
            List.of(),
            Effect.NEW_CONNECTIONS,
            "names separated by commas",
            "Offers application protocols.",
            text -> List.of(text.split(",", -1)));

    /** Whether a server asks for a client certificate: none, want or need. */
    public static final Option<String> CLIENT_AUTH = new Option<>(
            "client.auth",
            "none",
            Effect.NEW_CONNECTIONS,
            "none, want or need",
            "Asks for client certificates.",
            text -> {
                if (!List.of("none", "want", "need").contains(text)) {
                    throw new IllegalArgumentException(text);
                }
                return text;
            });

    /** Ends with an error if the peer ends without a closing alert (TLS-31). */
    public static final Option<Boolean> STRICT_CLOSE = Option.flag(
            "strict.close", false, Effect.NEW_CONNECTIONS, "Treats an end without closing alert as an error.");

    /** The versions allowed, of TLSv1.3 and TLSv1.2. */
    public static final Option<List<String>> PROTOCOLS = new Option<>(
            "protocols",
            List.of("TLSv1.3", "TLSv1.2"),
            Effect.NEW_CONNECTIONS,
            "TLSv1.3, TLSv1.2 or both, separated by commas",
            "Allows versions of TLS.",
            text -> {
                List<String> names = List.of(text.split(",", -1));
                if (!List.of("TLSv1.3", "TLSv1.2").containsAll(names)) {
                    throw new IllegalArgumentException(text);
                }
                return names;
            });

    /** The cipher suites allowed, best first; unset means those that the context has on. */
    public static final Option<List<String>> CIPHERS = new Option<>(
            "ciphers",
            List.of(),
            Effect.NEW_CONNECTIONS,
            "names of cipher suites separated by commas",
            "Allows cipher suites.",
            text -> List.of(text.split(",", -1)));

    /** Whether the peer may negotiate again in TLS 1.2; unset means: a server may, a client may not (TLS-48). */
    public static final Option<Boolean> RENEGOTIATION = new Option<>(
            "renegotiation",
            null,
            Effect.NEW_CONNECTIONS,
            "true or false",
            "Lets the peer negotiate again in TLS 1.2.",
            text -> switch (text) {
                case "true" -> Boolean.TRUE;
                case "false" -> Boolean.FALSE;
                default -> throw new IllegalArgumentException(text);
            });

    private static final Map<String, Option<?>> KNOWN = byName(List.of(
            CONTEXT,
            SNI_CONTEXTS,
            SERVER_HOSTNAME,
            HANDSHAKE_TIMEOUT,
            SHUTDOWN_TIMEOUT,
            ALPN,
            CLIENT_AUTH,
            STRICT_CLOSE,
            PROTOCOLS,
            CIPHERS,
            RENEGOTIATION));

    /** The options with every value at its default. */
    public static final TlsOptions DEFAULTS = new TlsOptions(Map.of());

    private TlsOptions(Map<Option<?>, Object> values) {
        super(values);
    }

    @Override
    TlsOptions copy(Map<Option<?>, Object> newValues) {
        return new TlsOptions(newValues);
    }

    @Override
    public Map<String, Option<?>> known() {
        return KNOWN;
    }
}
