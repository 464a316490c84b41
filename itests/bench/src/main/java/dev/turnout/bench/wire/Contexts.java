// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.wire;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Makes the contexts of TLS, the same for every server. */
public final class Contexts {

    /** The type of the key store: of PKCS#12 some key managers decrypt the key again for every handshake, which costs milliseconds. */
    public static final String STORE = "JKS";

    /** The password of the key store, which is no secret: the key serves one run. */
    public static final String PASSWORD = "of no account";

    /** The version of TLS that is measured. */
    public static final String VERSION = "TLSv1.3";

    /** The cipher suite, which the client chooses, as servers have preferences of their own. */
    public static final String SUITE = "TLS_AES_128_GCM_SHA256";

    private Contexts() {}

    /** Returns a server's keys. */
    public static KeyManagerFactory keys(Path file) throws IOException {
        try (InputStream stored = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(STORE);
            store.load(stored, PASSWORD.toCharArray());
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD.toCharArray());
            return keys;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use the keys of " + file, e);
        }
    }

    /**
     * Returns a server's context.
     *
     * @param provider whose engine, null for the JDK's
     */
    public static SSLContext server(Path file, @Nullable Provider provider) throws IOException {
        try {
            SSLContext context =
                    provider == null ? SSLContext.getInstance(VERSION) : SSLContext.getInstance(VERSION, provider);
            context.init(keys(file).getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a context of TLS", e);
        }
    }

    /**
     * Returns a client's context that takes any certificate: what is measured is the server.
     *
     * @param certificates counts them; a resumed session shows none
     */
    public static SSLContext client(AtomicLong certificates) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance(VERSION);
            context.init(null, new TrustManager[] {new Counting(certificates)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a context of TLS", e);
        }
    }

    private static final class Counting extends X509ExtendedTrustManager {
        private final AtomicLong certificates;

        Counting(AtomicLong certificates) {
            this.certificates = certificates;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            certificates.incrementAndGet();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            certificates.incrementAndGet();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            certificates.incrementAndGet();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
