// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes a TLS context of the files that a configuration names, and checks that they fit. Blocks: not for loops. */
final class KeyFiles {

    private static final int DNS_NAME = 2;
    private static final char[] NO_PASSWORD = {};

    private final TlsContextConfig config;

    KeyFiles(TlsContextConfig config) {
        this.config = config;
    }

    /** Returns the files. */
    List<Path> files() {
        List<Path> files = new ArrayList<>();
        for (String each : List.of(config.keystore(), config.certificate(), config.key(), config.truststore())) {
            files.addAll(paths(each));
        }
        return files;
    }

    private static List<Path> paths(String text) {
        List<Path> paths = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            if (!each.isBlank()) {
                paths.add(Path.of(each.strip()));
            }
        }
        return paths;
    }

    /**
     * Reads the files.
     *
     * @throws IOException that says which file is wrong, why, and what to do
     */
    NamedContext.Loaded load() throws IOException {
        Set<String> hosts = new HashSet<>();
        try {
            KeyManager[] keys = keys(hosts);
            TrustManager[] trust = trust();
            SSLContext context = config.provider().isEmpty()
                    ? SSLContext.getInstance("TLS")
                    : SSLContext.getInstance("TLS", config.provider());
            context.init(keys, trust, null);
            return new NamedContext.Loaded(context, Set.copyOf(hosts), keys != null, trust != null);
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS context can be made of " + files() + ": " + e.getMessage(), e);
        }
    }

    private KeyManager @Nullable [] keys(Set<String> hosts) throws IOException, GeneralSecurityException {
        KeyStore store;
        if (!config.keystore().isEmpty()) {
            store = storedKeys(hosts);
        } else if (!config.certificate().isEmpty() || !config.key().isEmpty()) {
            store = pemKeys(hosts);
        } else {
            return null;
        }
        // the one chooses among several keys by the name asked for, the other works with every provider's engine
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(config.provider().isEmpty() ? "PKIX" : "SunX509");
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private KeyStore storedKeys(Set<String> hosts) throws IOException, GeneralSecurityException {
        Path file = Path.of(config.keystore());
        KeyStore stored = store(file, config.keystore_password());
        char[] password =
                (config.key_password().isEmpty() ? config.keystore_password() : config.key_password()).toCharArray();
        KeyStore store = keyStore();
        for (String alias : Collections.list(stored.aliases())) {
            if (stored.isKeyEntry(alias) && stored.getCertificate(alias) instanceof X509Certificate certificate) {
                PrivateKey key = (PrivateKey) stored.getKey(alias, password);
                fits(file + " (" + alias + ")", key, file, certificate);
                store.setKeyEntry(alias, key, NO_PASSWORD, stored.getCertificateChain(alias));
                hosts.addAll(hosts(certificate));
            }
        }
        if (store.size() == 0) {
            throw new IOException(file + " has no private key with a certificate");
        }
        return store;
    }

    private KeyStore pemKeys(Set<String> hosts) throws IOException, GeneralSecurityException {
        List<Path> certificates = paths(config.certificate());
        List<Path> keys = paths(config.key());
        if (certificates.size() != keys.size()) {
            throw new IOException("certificate names " + certificates.size() + " files and key names " + keys.size()
                    + "; give one key for each certificate");
        }
        KeyStore store = keyStore();
        for (int i = 0; i < keys.size(); i++) {
            readable(certificates.get(i));
            readable(keys.get(i));
            List<X509Certificate> chain = Pem.certificates(certificates.get(i));
            PrivateKey key = Pem.key(
                    keys.get(i),
                    chain.get(0).getPublicKey(),
                    config.key_password().toCharArray());
            fits(keys.get(i).toString(), key, certificates.get(i), chain.get(0));
            store.setKeyEntry("key" + i, key, NO_PASSWORD, chain.toArray(Certificate[]::new));
            hosts.addAll(hosts(chain.get(0)));
        }
        return store;
    }

    private TrustManager @Nullable [] trust() throws IOException, GeneralSecurityException {
        if (config.truststore().isEmpty()) {
            return null;
        }
        Path file = Path.of(config.truststore());
        readable(file);
        KeyStore store;
        if (Pem.isPem(file)) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (X509Certificate each : Pem.certificates(file)) {
                store.setCertificateEntry("trusted" + store.size(), each);
            }
        } else {
            store = store(file, config.truststore_password());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** Returns an empty store in memory. The key manager opens an entry at every handshake, which takes PKCS#12 milliseconds. */
    private static KeyStore keyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        return store;
    }

    private static KeyStore store(Path file, String password) throws IOException {
        readable(file);
        try {
            return KeyStore.getInstance(file.toFile(), password.toCharArray());
        } catch (IOException | GeneralSecurityException e) {
            throw new IOException(
                    file + " is no PKCS#12 or JKS key store, or its password is wrong, or it is damaged"
                            + (e.getMessage() == null ? "" : ": " + e.getMessage()),
                    e);
        }
    }

    private static void readable(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new NoSuchFileException(file.toString(), null, "it is not there or cannot be read");
        }
        if (!Files.isRegularFile(file)) {
            // to open a named pipe would wait for somebody who writes into it
            throw new IOException(file + " is not a regular file");
        }
    }

    /** Checks that the key is the certificate's, by signing with one and verifying with the other, and that the certificate holds today. */
    private static void fits(String where, PrivateKey key, Path file, X509Certificate certificate) throws IOException {
        try {
            certificate.checkValidity();
        } catch (CertificateException e) {
            throw new IOException(
                    file + " does not hold today, the certificate of " + certificate.getSubjectX500Principal() + ": "
                            + e.getMessage(),
                    e);
        }
        try {
            String algorithm = switch (key.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                case "DSA" -> "SHA256withDSA";
                default -> key.getAlgorithm();
            };
            byte[] sample = {1, 2, 3, 4};
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(sample);
            byte[] signature = signer.sign();
            signer.initVerify(certificate.getPublicKey());
            signer.update(sample);
            if (!signer.verify(signature)) {
                throw new IOException(where + " is not the key of the certificate of "
                        + certificate.getSubjectX500Principal() + "; give the key that belongs to it");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    where + " cannot be used with the certificate of " + certificate.getSubjectX500Principal() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static Set<String> hosts(X509Certificate certificate) throws GeneralSecurityException {
        Set<String> hosts = new HashSet<>();
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> name : names) {
                if (Integer.valueOf(DNS_NAME).equals(name.get(0))) {
                    hosts.add(String.valueOf(name.get(1)).toLowerCase(Locale.ROOT));
                }
            }
        }
        return hosts;
    }
}
