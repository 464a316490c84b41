// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import java.net.SocketAddress;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;

/**
 * Names a piece of information about a transport, and its type.
 *
 * @param <T> the type of the value
 * @param name the name, the one asyncio uses where it has one
 * @param type the class of the value
 * @see "section 6, JAVA-5"
 */
public record ExtraInfo<T>(String name, Class<T> type) {

    /** The peer's address; empty if the system cannot tell it. */
    public static final ExtraInfo<SocketAddress> PEERNAME = new ExtraInfo<>("peername", SocketAddress.class);

    /** The own address. */
    public static final ExtraInfo<SocketAddress> SOCKNAME = new ExtraInfo<>("sockname", SocketAddress.class);

    /** A guarded view of the socket. */
    public static final ExtraInfo<SocketView> SOCKET = new ExtraInfo<>("socket", SocketView.class);

    /** The compression of a TLS connection; always empty with modern TLS. */
    public static final ExtraInfo<String> COMPRESSION = new ExtraInfo<>("compression", String.class);

    /** What protects a TLS connection. */
    public static final ExtraInfo<Cipher> CIPHER = new ExtraInfo<>("cipher", Cipher.class);

    /** The peer's certificate chain, possibly empty. */
    public static final ExtraInfo<java.security.cert.Certificate[]> PEERCERT =
            new ExtraInfo<>("peercert", java.security.cert.Certificate[].class);

    /** The context a TLS connection was made with. */
    public static final ExtraInfo<SSLContext> SSLCONTEXT = new ExtraInfo<>("sslcontext", SSLContext.class);

    /** The session of a TLS connection. */
    public static final ExtraInfo<SSLSession> SSL_OBJECT = new ExtraInfo<>("ssl_object", SSLSession.class);

    /** Whether the peer's closing alert came. */
    public static final ExtraInfo<Boolean> TLS_CLOSE_NOTIFY = new ExtraInfo<>("tls.closeNotify", Boolean.class);

    /** The application protocol chosen by ALPN. */
    public static final ExtraInfo<String> ALPN = new ExtraInfo<>("alpn", String.class);

    /** The host name the client asked for. */
    public static final ExtraInfo<String> SNI = new ExtraInfo<>("sni", String.class);

    /** The channel or stream of a pipe transport. */
    public static final ExtraInfo<Object> PIPE = new ExtraInfo<>("pipe", Object.class);

    /** The process of a subprocess transport. */
    public static final ExtraInfo<ProcessHandle> SUBPROCESS = new ExtraInfo<>("subprocess", ProcessHandle.class);

    /** What became of the datagrams of an endpoint. */
    public static final ExtraInfo<DatagramCounters> DATAGRAMS = new ExtraInfo<>("datagrams", DatagramCounters.class);

    /** The program of a subprocess transport, without its arguments. */
    public static final ExtraInfo<String> COMMAND = new ExtraInfo<>("command", String.class);

    /** Symbolic name and version of the bundle that the protocol comes from. */
    public static final ExtraInfo<String> BUNDLE = new ExtraInfo<>("bundle", String.class);

    /** A number that no other connection of this network has. */
    public static final ExtraInfo<Long> CONNECTION_ID = new ExtraInfo<>("connectionId", Long.class);
}
