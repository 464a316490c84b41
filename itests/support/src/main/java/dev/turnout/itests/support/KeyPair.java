// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Is a key pair for {@code localhost} whose certificate vouches for itself, in a file: made by the running JDK's tool, or a certificate of others. */
public final class KeyPair {

    /** The password of every file. */
    public static final String PASSWORD = "changeit";

    private final Path file;

    private KeyPair(Path file) {
        this.file = file;
    }

    /** Makes a key pair, and puts it into the place of what is in the file, at once as a whole. */
    public static KeyPair make(Path file, String name) throws Exception {
        return make(file, name, "localhost");
    }

    /** Makes a key pair for another host. */
    public static KeyPair make(Path file, String name, String host) throws Exception {
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
                        "90", // what expires within 60 days is a finding to some clients
                        "-ext",
                        "SAN=dns:" + host + ",ip:127.0.0.1",
                        "-ext",
                        "CRL=uri:http://127.0.0.1/revoked.crl")) // to name none is a finding too; nobody asks there
                .redirectErrorStream(true)
                .start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
            throw new AssertionError("keytool failed: " + output);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new KeyPair(file);
    }

    /** Takes the certificate that somebody else has made, a PEM file. */
    public static KeyPair of(Path file) {
        return new KeyPair(file);
    }

    /** Writes certificate and private key as PEM. */
    public void writePem(Path certificate, Path key) throws IOException, GeneralSecurityException {
        Key secret = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()).getKey("key", PASSWORD.toCharArray());
        Files.writeString(certificate, pem("CERTIFICATE", certificate().getEncoded()));
        Files.writeString(key, pem("PRIVATE KEY", secret.getEncoded()));
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }

    /** Makes a context with this key pair that trusts others. */
    public SSLContext context(KeyPair... others) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusting(others).getTrustManagers(), null);
        return context;
    }

    private static TrustManagerFactory trusting(KeyPair... others) throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (int i = 0; i < others.length; i++) {
            trusted.setCertificateEntry("key" + i, others[i].certificate());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust;
    }

    /** Connects to a port of the loopback address by TLS, and shakes hands; trusts this key pair's certificate alone. */
    public SSLSocket connect(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusting(this).getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) Await.PATIENCE.toMillis());
        socket.startHandshake();
        return socket;
    }

    private Certificate certificate() throws IOException, GeneralSecurityException {
        if (file.toString().endsWith(".pem")) {
            try (InputStream in = Files.newInputStream(file)) {
                return CertificateFactory.getInstance("X.509").generateCertificate(in);
            }
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray()).getCertificate("key");
    }

    /** Sends a text and returns as many bytes as it has, as the answer. */
    public static String exchange(SSLSocket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(bytes);
        return new String(socket.getInputStream().readNBytes(bytes.length), StandardCharsets.UTF_8);
    }
}
