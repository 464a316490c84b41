// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.NetworkConstants;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import dev.turnout.itests.support.KeyPair;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;

/** Servers whose certificates are configuration. */
@InFelix
public class TlsTest {

    private static final String PID = "dev.turnout.filter.tls";

    /** Is a server and the file of its certificate; nothing of it is left. */
    private static final class Site implements AutoCloseable {

        private final Inside inside = new Inside(TlsTest.class);
        private final Path folder;
        private final Path file;
        private final Configuration server = inside.configuration(NetworkConstants.SERVER_PID, "secure");
        private final Configuration context = inside.configuration(PID, "web");

        Site() throws Exception {
            folder = Files.createTempDirectory("turnout");
            file = folder.resolve("keys.p12");
        }

        KeyPair make(String name) throws Exception {
            return KeyPair.make(file, name);
        }

        void serve() throws IOException {
            server.update(FrameworkUtil.asDictionary(Map.of(
                    "endpoint", "tls+tcp://127.0.0.1:0?tls=web", "protocol", "echo", "drain.deadline", "500ms")));
        }

        void configureContext() throws IOException {
            context.update(FrameworkUtil.asDictionary(Map.of(
                    "keystore", file.toString(), "keystore.password", KeyPair.PASSWORD, "reload.interval", "50ms")));
        }

        int port() throws Exception {
            return inside.port("secure");
        }

        boolean accepts(KeyPair keys) throws Exception {
            try (SSLSocket client = keys.connect(port())) {
                return KeyPair.exchange(client, "x").equals("x");
            } catch (SSLException otherCertificate) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            server.delete();
            context.delete();
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    @Test
    public void aServerWaitsForItsCertificateAndSaysSo() throws Exception {
        try (Site site = new Site()) {
            site.serve();
            String waiting = site.inside.failure("secure").reason;
            KeyPair keys = site.make("first");
            site.configureContext();

            try (SSLSocket client = keys.connect(site.port())) {
                assertEquals("hello", KeyPair.exchange(client, "hello"));
                String cipher = site.inside.snapshot().connections[0].cipher;
                assertTrue(cipher.startsWith("TLSv1.3 "), cipher);
            }
            assertTrue(waiting.contains("no TLS context has the name \"web\""), waiting);
        }
    }

    @Test
    public void aRenewedCertificateIsForNewConnectionsAndTheListenerStays() throws Exception {
        try (Site site = new Site()) {
            KeyPair first = site.make("first");
            site.configureContext();
            site.serve();
            int port = site.port();

            try (SSLSocket early = first.connect(port)) {
                KeyPair second = site.make("second");
                Await.until("the new certificate", () -> site.accepts(second));

                assertEquals("early", KeyPair.exchange(early, "early"));
                assertEquals(port, site.port());
            }
        }
    }

    @Test
    public void garbageCostsItsOwnConnectionOnlyAndIsCounted() throws Exception {
        try (Site site = new Site()) {
            KeyPair keys = site.make("first");
            site.configureContext();
            site.serve();

            try (Client plain = Client.tcp(site.port())) {
                plain.exchange("GET / HTTP/1.1\r\n\r\n");
                assertTrue(plain.ended());
            }

            assertTrue(site.accepts(keys));
            assertEquals(1, site.inside.server("secure").orElseThrow().failedHandshakes);
        }
    }

    @Test
    public void sessionsDrainWhenTheFilterIsUpdatedAndTheListenerStays() throws Exception {
        try (Site site = new Site()) {
            KeyPair keys = site.make("first");
            site.configureContext();
            site.serve();
            int port = site.port();
            Bundle bundle = site.inside.bundle(PID);

            try (SSLSocket early = keys.connect(port);
                    InputStream same = URI.create(bundle.getLocation()).toURL().openStream()) {
                assertEquals("early", KeyPair.exchange(early, "early"));
                bundle.update(same);

                assertEquals(-1, early.getInputStream().read());
            }

            Await.until("the filter's new version", () -> site.accepts(keys));
            assertEquals(port, site.port());
        }
    }
}
