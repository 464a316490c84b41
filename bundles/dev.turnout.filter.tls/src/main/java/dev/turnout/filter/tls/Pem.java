// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys from PEM files, as far as the JDK can decode them. */
final class Pem {

    /** Never goes back for another reading, which would take minutes for a file of nothing but empty lines. */
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]++)-----\\s++([^-]*+)-----END \\1-----");

    private static final String PLAIN_KEY = "PRIVATE KEY";

    /** One block of a file, its content still in base64. */
    private record Block(String kind, String text) {

        byte[] content(Path file) throws IOException {
            try {
                return Base64.getMimeDecoder().decode(text);
            } catch (IllegalArgumentException e) {
                throw new IOException(file + " is damaged: its " + kind + " is not base64", e);
            }
        }
    }

    private Pem() {}

    /** Tells whether the file is PEM. */
    static boolean isPem(Path file) throws IOException {
        return BLOCK.matcher(text(file)).find();
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static List<Block> blocks(Path file) throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text(file));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    /** Reads the certificates, in the order of the file; at least one. */
    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks(file)) {
                if (block.kind().endsWith("CERTIFICATE")) {
                    certificates.add((X509Certificate)
                            factory.generateCertificate(new ByteArrayInputStream(block.content(file))));
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " has a damaged certificate: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + " has no certificate: expected -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }

    /** Reads the one private key, of the algorithm that its certificate says. */
    static PrivateKey key(Path file, String algorithm) throws IOException {
        for (Block block : blocks(file)) {
            if (block.kind().equals(PLAIN_KEY)) {
                try {
                    return KeyFactory.getInstance(algorithm)
                            .generatePrivate(new PKCS8EncodedKeySpec(block.content(file)));
                } catch (GeneralSecurityException e) {
                    throw new IOException(
                            file + " has no " + algorithm + " key, which its certificate is for: " + e.getMessage(), e);
                }
            }
            if (block.kind().endsWith(PLAIN_KEY)) {
                throw new IOException(file + " has a key of the kind \"" + block.kind()
                        + "\", which the JDK cannot read; convert it: openssl pkcs8 -topk8 -nocrypt -in " + file
                        + " -out " + file + ".pkcs8");
            }
        }
        throw new IOException(file + " has no private key: expected -----BEGIN PRIVATE KEY-----");
    }
}
