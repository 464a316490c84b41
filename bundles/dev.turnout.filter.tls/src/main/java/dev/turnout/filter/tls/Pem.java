// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Reads certificates and private keys from PEM files, as far as the JDK can decode them. */
final class Pem {

    /** Never goes back for another reading, which would take minutes for a file of nothing but empty lines. */
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]++)-----\\s++([^-]*+)-----END \\1-----");

    private static final String PLAIN_KEY = "PRIVATE KEY";
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final byte INTEGER = 2;
    private static final byte OCTET_STRING = 4;
    private static final byte SEQUENCE = 0x30;

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

    /**
     * Reads the one private key, which the certificate's public key says the kind of.
     *
     * @param password of an encrypted key
     */
    static PrivateKey key(Path file, PublicKey certified, char[] password) throws IOException {
        for (Block block : blocks(file)) {
            if (block.kind().endsWith(PLAIN_KEY)) {
                try {
                    return KeyFactory.getInstance(certified.getAlgorithm())
                            .generatePrivate(spec(block.kind(), block.content(file), certified, password));
                } catch (GeneralSecurityException | IOException e) {
                    throw new IOException(
                            file + " has no " + certified.getAlgorithm() + " key, which its certificate is for: "
                                    + e.getMessage() + (block.kind().equals(PLAIN_KEY) ? "" : hint(file)),
                            e);
                }
            }
        }
        boolean old = text(file).contains("Proc-Type: 4,ENCRYPTED");
        throw new IOException(
                file + " has no private key: expected -----BEGIN PRIVATE KEY-----" + (old ? hint(file) : ""));
    }

    private static String hint(Path file) {
        return "; convert it: openssl pkcs8 -topk8 -nocrypt -in " + file + " -out " + file + ".pkcs8";
    }

    private static PKCS8EncodedKeySpec spec(String kind, byte[] content, PublicKey certified, char[] password)
            throws IOException, GeneralSecurityException {
        return switch (kind) {
            case PLAIN_KEY -> new PKCS8EncodedKeySpec(content);
            case "ENCRYPTED PRIVATE KEY" -> decrypted(content, password);
            case "RSA PRIVATE KEY", "EC PRIVATE KEY" ->
                new PKCS8EncodedKeySpec(wrapped(content, certified.getEncoded()));
            default -> throw new IOException("the JDK cannot read a key of the kind \"" + kind + "\"");
        };
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] content, char[] password)
            throws IOException, GeneralSecurityException {
        if (password.length == 0) {
            throw new IOException("it is encrypted, and key.password is not set");
        }
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
        AlgorithmParameters parameters = info.getAlgParameters();
        if (parameters == null) {
            throw new IOException("the JDK does not know its encryption, " + info.getAlgName());
        }
        // of the newer way, PBES2, only the parameters say how it is done
        String algorithm =
                info.getAlgName().startsWith("PBES2") || info.getAlgName().equals(PBES2)
                        ? parameters.toString()
                        : info.getAlgName();
        PBEKeySpec secret = new PBEKeySpec(password);
        try {
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(algorithm).generateSecret(secret), parameters);
            return info.getKeySpec(cipher);
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException(
                    "it cannot be decrypted, key.password may be wrong: " + e.getMessage(), e);
        } finally {
            secret.clearPassword();
        }
    }

    /** Puts an old-style key into the common form: version 0, the algorithm as the certificate tells it, the key. */
    private static byte[] wrapped(byte[] key, byte[] certified) {
        ByteBuffer outer = ByteBuffer.wrap(certified);
        enter(outer);
        int start = outer.position();
        int length = enter(outer);
        byte[] algorithm = Arrays.copyOfRange(certified, start, outer.position() + length);
        byte[] version = {INTEGER, 1, 0};
        return element(SEQUENCE, version, algorithm, element(OCTET_STRING, key));
    }

    /** Goes to the content of a DER element and returns its length. */
    private static int enter(ByteBuffer der) {
        der.get();
        int first = der.get() & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7F); i++) {
            length = (length << 8) | (der.get() & 0xFF);
        }
        return length;
    }

    private static byte[] element(byte tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] head = length < 0x80
                ? new byte[] {tag, (byte) length}
                : length < 0x100
                        ? new byte[] {tag, (byte) 0x81, (byte) length}
                        : new byte[] {tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        byte[] result = Arrays.copyOf(head, head.length + length);
        int at = head.length;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, result, at, part.length);
            at += part.length;
        }
        return result;
    }
}
