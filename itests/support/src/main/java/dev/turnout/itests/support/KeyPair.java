// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Is a key pair for {@code localhost} with a certificate that vouches for itself, made by the running JDK's tool and kept in a file. */
public final class KeyPair {

    /** The password of every file. */
    public static final String PASSWORD = "changeit";

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Path file;

    private KeyPair(Path file) {
        this.file = file;
    }

    /** Makes a key pair, and puts it into the place of what is in the file, at once as a whole. */
    public static KeyPair make(Path file, String name) throws Exception {
        Path next = file.resolveSibling("next.p12");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        next.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        "key",
                        "-dname",
                        "CN=" + name,
                        "-keyalg",
                        "EC",
                        "-validity",
                        "5",
                        "-ext",
                        "SAN=dns:localhost,ip:127.0.0.1"))
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
            throw new AssertionError("keytool failed: " + output);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new KeyPair(file);
    }

    /** Takes the key pair of a file that somebody else has made. */
    public static KeyPair of(Path file) {
        return new KeyPair(file);
    }

    /** Connects to a port of the loopback address by TLS, and shakes hands; trusts this key pair's certificate alone. */
    public SSLSocket connect(int port) throws IOException, GeneralSecurityException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.startHandshake();
        return socket;
    }

    private KeyStore trusted() throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("key", own.getCertificate("key"));
        return trusted;
    }

    /** Sends a text and returns as many bytes as it has, as the answer. */
    public static String exchange(SSLSocket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(bytes);
        return new String(socket.getInputStream().readNBytes(bytes.length), StandardCharsets.UTF_8);
    }
}
