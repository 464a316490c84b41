// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes key pairs with self-signed certificates by the running JDK's keytool, once for each test run; nothing is kept. */
enum Keys {
    /** For {@code localhost}, {@code 127.0.0.1} and {@code ::1}. */
    SERVER("CN=server", "-keyalg", "EC", "-groupname", "secp256r1", "-ext", "SAN=dns:localhost,ip:127.0.0.1,ip:::1"),
    /** For {@code other.example} and {@code *.wild.example}. */
    OTHER("CN=other", "-keyalg", "EC", "-ext", "SAN=dns:other.example,dns:*.wild.example"),
    /** For {@code localhost}, of RSA. */
    RSA("CN=rsa", "-keyalg", "RSA", "-ext", "SAN=dns:localhost,ip:127.0.0.1"),
    /** Of a client. */
    CLIENT("CN=client", "-keyalg", "EC", "-groupname", "secp256r1"),
    /** For {@code localhost}, no longer; signed by an authority, as nobody asks when a certificate ends that is trusted itself. */
    EXPIRED(
            "CN=expired",
            "-keyalg",
            "EC",
            "-ext",
            "SAN=dns:localhost,ip:127.0.0.1",
            "-startdate",
            "-10d",
            "-signer",
            "authority");

    static final String PASSWORD = "changeit";

    private static final Map<String, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

    private static final Map<Keys, KeyStore> STORES = new ConcurrentHashMap<>();

    private final String name;
    private final String how;

    Keys(String name, String... how) {
        this.name = name;
        this.how = String.join(" ", how);
    }

    /** Returns the store with the one key pair. */
    KeyStore store() {
        return STORES.computeIfAbsent(this, Keys::newStore);
    }

    private static KeyStore newStore(Keys keys) {
        try {
            Path folder = Files.createTempDirectory("keys");
            Path file = folder.resolve("keys.p12");
            keys.generate(file);
            char[] password = PASSWORD.toCharArray();
            KeyStore made = KeyStore.getInstance(file.toFile(), password);
            // the key manager opens the entry at every handshake, which takes PKCS#12 milliseconds
            KeyStore store = KeyStore.getInstance("JKS");
            store.load(null, null);
            store.setKeyEntry("key", made.getKey("key", password), password, made.getCertificateChain("key"));
            Files.delete(file);
            Files.delete(folder);
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a new key pair to a file. */
    void generate(Path file) {
        if (how.contains("-signer")) {
            keytool(file, "authority", "CN=authority", "-keyalg", "EC", "-ext", "bc:c");
        }
        keytool(file, "key", name, how.split(" ", -1));
    }

    private static void keytool(Path file, String alias, String name, String... how) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                name,
                "-validity",
                "5",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
        command.addAll(Arrays.asList(how));
        try {
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new AssertionError("keytool failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    X509Certificate certificate() {
        try {
            return (X509Certificate) store().getCertificate("key");
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    PrivateKey privateKey() {
        try {
            return (PrivateKey) store().getKey("key", PASSWORD.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the certificate as PEM. */
    String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns the private key as PEM, PKCS#8. */
    String keyPem() {
        return pem("PRIVATE KEY", privateKey().getEncoded());
    }

    static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }

    /** Returns a context with this key pair that trusts the others; always the same one. */
    SSLContext trusting(Keys... others) {
        return CONTEXTS.computeIfAbsent(this + Arrays.toString(others), unused -> context(null, this, others));
    }

    /** Returns a context without a key pair that trusts these. */
    static SSLContext trustingOnly(Keys... others) {
        return CONTEXTS.computeIfAbsent(Arrays.toString(others), unused -> context(null, null, others));
    }

    /** Makes a new context. */
    static SSLContext context(Provider provider, Keys own, Keys... trusted) {
        try {
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            for (Keys each : trusted) {
                Certificate[] chain = each.store().getCertificateChain("key");
                trust.setCertificateEntry(each.name(), chain[chain.length - 1]);
            }
            TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(trust);
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(provider == null ? "PKIX" : "SunX509");
            keyManagers.init(own == null ? null : own.store(), PASSWORD.toCharArray());
            SSLContext context =
                    provider == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", provider);
            context.init(
                    own == null ? null : keyManagers.getKeyManagers(),
                    trusted.length == 0 ? null : trustManagers.getTrustManagers(),
                    null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
