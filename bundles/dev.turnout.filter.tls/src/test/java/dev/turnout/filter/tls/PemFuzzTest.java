// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads PEM files as a fuzzer writes them. The input's first byte says what it is: the text of a file, or changes of a good one: of its text, or of
 * the certificate or key in it, each a place of two bytes and what to change there.
 */
class PemFuzzTest {

    @TempDir
    static Path folder;

    @FuzzTest
    void isReadOrRefusedByName(byte[] input) throws IOException, CertificateEncodingException {
        Path file = folder.resolve("fuzzed.pem");
        Files.write(file, content(new FuzzScript(input)));

        boolean pem = Pem.isPem(file);
        boolean certificates =
                isRead(file, () -> assertFalse(Pem.certificates(file).isEmpty()));
        boolean key = isRead(
                file,
                () -> Pem.key(file, Keys.SERVER.certificate().getPublicKey(), new char[0])
                        .getAlgorithm());

        assertTrue(pem || !(certificates || key), "what is read is PEM");
    }

    private static byte[] content(FuzzScript script) throws CertificateEncodingException {
        int kind = script.next();
        byte[] certificate = Keys.SERVER.certificate().getEncoded();
        byte[] key = Keys.SERVER.privateKey().getEncoded();
        return switch (kind % 4) {
            case 1 -> changed(pem(certificate, key), script);
            case 2 -> pem(changed(certificate, script), key);
            case 3 -> pem(certificate, changed(key, script));
            default -> script.next(Integer.MAX_VALUE / 2);
        };
    }

    private static byte[] pem(byte[] certificate, byte[] key) {
        return (Keys.pem("CERTIFICATE", certificate) + Keys.pem("PRIVATE KEY", key))
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] changed(byte[] bytes, FuzzScript script) {
        while (!script.isOver()) {
            int at = script.next() << 8 | script.next();
            bytes[at % bytes.length] ^= (byte) script.next();
        }
        return bytes;
    }

    private interface Reading {
        void run() throws IOException;
    }

    private static boolean isRead(Path file, Reading reading) {
        try {
            reading.run();
            return true;
        } catch (IOException refused) {
            assertTrue(refused.getMessage().contains(file.toString()), refused::getMessage);
            return false;
        }
    }
}
