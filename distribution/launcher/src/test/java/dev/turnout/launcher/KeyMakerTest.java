// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyMakerTest {

    @TempDir
    Path data;

    @Test
    void makesAKeyPairOnceThatItsOwnerAloneCanRead() throws Exception {
        KeyMaker maker = new KeyMaker(data);

        assertNull(maker.makeIfNeeded());
        String first = Files.readString(maker.certificate());
        assertNull(maker.makeIfNeeded());

        assertEquals(first, Files.readString(maker.certificate()));
        assertTrue(Files.readString(data.resolve("tls/default.key")).startsWith("-----BEGIN PRIVATE KEY-----\n"));
        assertEquals(List.of("default.key", "default.pem"), names());
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("tls"))));
    }

    @Test
    void theCertificateIsForThisMachine() throws Exception {
        KeyMaker maker = new KeyMaker(data);

        assertNull(maker.makeIfNeeded());

        try (InputStream in = Files.newInputStream(maker.certificate())) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            certificate.checkValidity();
            certificate.verify(certificate.getPublicKey());
            assertEquals(
                    List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"),
                    certificate.getSubjectAlternativeNames().stream()
                            .map(name -> name.get(1))
                            .toList());
        }
    }

    @Test
    void makesAnotherIfTheCertificateIsBroken() throws Exception {
        KeyMaker maker = new KeyMaker(data);
        assertNull(maker.makeIfNeeded());

        Files.writeString(maker.certificate(), "broken");
        assertNull(maker.makeIfNeeded());

        assertTrue(Files.readString(maker.certificate()).startsWith("-----BEGIN CERTIFICATE-----\n"));
    }

    @Test
    void saysWhyNoKeyPairCanBeMade() throws Exception {
        Files.writeString(data.resolve("tls"), "a file where the folder has to be");

        String why = new KeyMaker(data).makeIfNeeded();

        assertTrue(String.valueOf(why).startsWith("cannot make the key pair of the TLS servers in " + data), why);
    }

    @Test
    void knowsTheContextsThatHaveItsCertificate() throws Exception {
        String made = "certificate = ${turnout.data}/tls/default.pem\n";
        context("~default", made);
        context("-dash", made);
        context("~own", "certificate = /etc/ssl/web.pem\n");
        context("~store", made + "keystore = /etc/ssl/web.p12\n");
        context("~trust", "truststore = /etc/ssl/trust.pem\n");

        assertEquals(
                Set.of("default", "dash"), new KeyMaker(data).contexts(data, Map.of("turnout.data", data.toString())));
    }

    @Test
    void filesThatCannotBeReadHideNoOtherContext() throws Exception {
        Set<String> good = new HashSet<>();
        // many of each, as nobody knows in which order a folder lists them
        for (int i = 0; i < 10; i++) {
            good.add("good" + i);
            context("~good" + i, "certificate = ${turnout.data}/tls/default.pem\n");
            context("~bad" + i, "certificate = \\u12\n");
            Files.createDirectory(data.resolve("dev.turnout.filter.tls~folder" + i + ".cfg"));
        }

        assertEquals(good, new KeyMaker(data).contexts(data, Map.of("turnout.data", data.toString())));
    }

    private void context(String name, String text) throws IOException {
        Files.writeString(data.resolve("dev.turnout.filter.tls" + name + ".cfg"), text);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("tls"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
