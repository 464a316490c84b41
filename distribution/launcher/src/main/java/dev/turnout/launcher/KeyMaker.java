// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the key pair of the TLS servers that the container brings along, when it starts for the first time: a private key that its owner alone can
 * read, and a certificate for this machine that vouches for itself. It is made by the JDK's keytool; none comes with the distribution.
 */
final class KeyMaker {

    private static final int PASSWORD_BYTES = 16;
    private static final int LINE = 64;
    private static final String VALID_DAYS = "397"; // what clients take at most
    private static final Duration RENEWAL = Duration.ofDays(30);
    /** The filter knows both signs before the name. */
    private static final String CONTEXTS = "dev.turnout.filter.tls{~,-}*.cfg";

    private static final String ALIAS = "default";
    private static final String PASSWORD_VARIABLE = "TURNOUT_KEY_PASSWORD";

    private final Path folder;

    /** Keeps the files in the folder {@code tls} of the data folder. */
    KeyMaker(Path data) {
        folder = data.resolve("tls");
    }

    /** Returns where the certificate is, or is to be. */
    Path certificate() {
        return folder.resolve("default.pem");
    }

    private Path key() {
        return folder.resolve("default.key");
    }

    /** Returns the names of the TLS contexts of a folder that are configured with this certificate, as far as their files can be read. */
    Set<String> contexts(Path etc, Map<String, String> variables) {
        Set<String> names = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(etc, CONTEXTS)) {
            for (Path file : files) {
                if (hasOurCertificate(file, variables)) {
                    String base = String.valueOf(file.getFileName());
                    names.add(base.substring(CONTEXTS.indexOf('{') + 1, base.lastIndexOf('.')));
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return names; // what was listed so far
        }
        return names;
    }

    private boolean hasOurCertificate(Path file, Map<String, String> variables) {
        try {
            Properties context = ConfigurationFile.read(file);
            String named = ConfigurationFile.replaceVariables(
                    context.getProperty("certificate", "").strip(), variables);
            return context.getProperty("keystore", "").isBlank()
                    && named.equals(certificate().toString());
        } catch (IOException unreadable) {
            return false; // whoever takes the configuration says what is wrong with it
        }
    }

    /** Makes what is missing or ends soon, and returns why that was not possible, or null. */
    @Nullable
    String makeIfNeeded() throws InterruptedException {
        if (Files.exists(key()) && lasts()) {
            return null;
        }
        Path store = folder.resolve("new.p12");
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        try {
            ownerOnlyFolder();
            Files.deleteIfExists(store);
            keytool(store, password);
            export(store, password.toCharArray());
            Files.delete(store);
            return null;
        } catch (IOException | GeneralSecurityException e) {
            return "cannot make the key pair of the TLS servers in " + folder + ": " + e.getMessage();
        }
    }

    /** Tells whether the certificate is there and good for some time. */
    private boolean lasts() {
        if (!Files.exists(certificate())) {
            return false;
        }
        try (InputStream in = Files.newInputStream(certificate())) {
            Certificate made = CertificateFactory.getInstance("X.509").generateCertificate(in);
            return made instanceof X509Certificate x509
                    && x509.getNotAfter().toInstant().isAfter(Instant.now().plus(RENEWAL));
        } catch (IOException | CertificateException unreadable) {
            return false;
        }
    }

    private void ownerOnlyFolder() throws IOException {
        Files.createDirectories(folder);
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    private static void keytool(Path store, String password) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass:env",
                PASSWORD_VARIABLE, // not on the command line, which others can see
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost, O=Turnout",
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1",
                "-validity",
                VALID_DAYS));
        command.environment().put(PASSWORD_VARIABLE, password);
        Process keytool = command.redirectErrorStream(true).start();
        keytool.getOutputStream().close();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!keytool.waitFor(1, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IOException("keytool failed: " + output);
        }
    }

    private void export(Path store, char[] password) throws IOException, GeneralSecurityException {
        KeyStore made = KeyStore.getInstance(store.toFile(), password);
        Key privateKey = made.getKey(ALIAS, password);
        write(key(), "PRIVATE KEY", privateKey.getEncoded());
        write(certificate(), "CERTIFICATE", made.getCertificate(ALIAS).getEncoded());
    }

    /** Writes a file at once as a whole; the folder keeps others out. */
    private static void write(Path file, String kind, byte[] content) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".new");
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(next, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
