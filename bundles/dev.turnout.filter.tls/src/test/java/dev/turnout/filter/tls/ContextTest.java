// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.api.network.ConnectOptions;
import dev.turnout.api.network.Connection;
import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.api.network.TlsOptions;
import dev.turnout.api.spi.Side;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.LogCapture;
import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Says how configured contexts come from files, and what happens when these change. */
class ContextTest extends TlsCase {

    /** Was made for this test alone: openssl pkcs8 -topk8 -v2 aes-256-cbc, with the password "secret". */
    private static final String ENCRYPTED = "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhYq8rzUfuurQICCAAw"
            + "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEM86apyP+SNpx8RX/sgSijkEgZDw"
            + "ggKSqTPQSvDv4eLv+pFb0k9q6UGzw+XU3PgozwDkznXfp60tCvgnBfQJcGazX6ve"
            + "qSkLza6BWtBuW2oaK5iWL3OKeXxxyp27y68ntY5mkHy7QFKzOiWR5ZuW6zeIPHl7"
            + "JDtfAn9Bp5S7OG7kOGnIqQPIBTte6me07GpLCOqJyDG7fMl6EcM9b61AjtMo3M0=";

    private static final String ITS_PUBLIC_KEY = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZR9Ta6c3hHQMxJihXVXTF5Dnabd3"
            + "o5417JkV9ctOwWBgiChACrmCtE0TKZgYAlzKYYsj5eMfRYTh7iasUlPWLQ==";

    private final Contexts contexts = new Contexts();

    @TempDir
    Path folder;

    @Override
    TlsFilterProvider filter() {
        return new TlsFilterProvider(contexts);
    }

    private static TlsContextConfig config(Map<String, Object> values) {
        return (TlsContextConfig) Proxy.newProxyInstance(
                TlsContextConfig.class.getClassLoader(),
                new Class<?>[] {TlsContextConfig.class, Annotation.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private WatchedContext context(String name, Map<String, Object> values) {
        WatchedContext context = new WatchedContext(name, new KeyFiles(config(values)), null);
        context.look();
        contexts.add(context);
        return context;
    }

    private Path file(String name, String... content) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("", content));
    }

    private InetSocketAddress serve(String query) {
        Server server = loop.await(() -> networks.network()
                .createServer(
                        this::recorder, Endpoint.parse("tls+tcp://127.0.0.1:0?" + query), ServerOptions.DEFAULTS));
        return address(server);
    }

    private Certificate certificate(InetSocketAddress at, String name) throws IOException {
        SSLEngine engine = Keys.trustingOnly(Keys.SERVER, Keys.OTHER, Keys.RSA).createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        engine.setSSLParameters(parameters);
        TlsPeer peer = peer(raw(at), engine).handshake();
        loop.settle();
        peer.close();
        return engine.getSession().getPeerCertificates()[0];
    }

    @Test
    void servesTheKeyPairsOfPemFiles() throws Exception {
        context(
                "web",
                Map.of(
                        "certificate",
                        file("ec.pem", Keys.SERVER.certificatePem()) + "," + file("rsa.pem", Keys.RSA.certificatePem()),
                        "key",
                        file("ec.key", Keys.SERVER.keyPem()) + "," + file("rsa.key", Keys.RSA.keyPem())));

        assertEquals(Keys.SERVER.certificate(), certificate(serve("tls=web"), "localhost"));
    }

    @Test
    void servesTheKeyPairOfAKeyStoreWhoseTypeItFindsOut() throws Exception {
        Path store = folder.resolve("keys");
        Keys.SERVER.generate(store);

        WatchedContext context =
                context("default", Map.of("keystore", store.toString(), "keystore_password", Keys.PASSWORD));

        assertEquals(Set.of("localhost"), context.loaded().hosts());
        SSLContext any = Keys.trustingOnly(Keys.SERVER);
        assertThrows(
                IOException.class, () -> clientPeer(serve("no.delay=true"), any).handshake());
    }

    @Test
    @Spec("TLS-21")
    void anEndpointMayNameSeveralContextsAndTheClientsNameChooses() throws Exception {
        context(
                "main",
                Map.of(
                        "certificate",
                                file("a.pem", Keys.SERVER.certificatePem()).toString(),
                        "key", file("a.key", Keys.SERVER.keyPem()).toString()));
        context(
                "other",
                Map.of(
                        "certificate",
                                file("b.pem", Keys.OTHER.certificatePem()).toString(),
                        "key", file("b.key", Keys.OTHER.keyPem()).toString()));
        InetSocketAddress at = serve("tls=main,other");

        assertEquals(Keys.OTHER.certificate(), certificate(at, "other.example"));
        assertEquals(Keys.OTHER.certificate(), certificate(at, "www.wild.example"));
        assertEquals(Keys.SERVER.certificate(), certificate(at, "localhost"));
        assertEquals(Keys.SERVER.certificate(), certificate(at, "nobody.example"));
    }

    @Test
    void changedFilesAreTakenForNewConnectionsAndBrokenOnesAreReported() throws Exception {
        Path chain = file("chain.pem", Keys.SERVER.certificatePem());
        Path key = file("chain.key", Keys.SERVER.keyPem());
        WatchedContext context = context("web", Map.of("certificate", chain.toString(), "key", key.toString()));
        InetSocketAddress at = serve("tls=web");
        assertEquals(Keys.SERVER.certificate(), certificate(at, "localhost"));

        try (LogCapture log = new LogCapture()) {
            file("chain.pem", Keys.OTHER.certificatePem()); // its key is still the old one
            context.look();
            context.look();
            assertEquals(1, log.warnings("TLS context"), () -> log.messages().toString());
        }
        assertEquals(Keys.SERVER.certificate(), certificate(at, "localhost"));
        file("chain.key", Keys.OTHER.keyPem());
        context.look();

        assertEquals(Keys.OTHER.certificate(), certificate(at, "localhost"));
    }

    @Test
    void filesThatDidNotChangeAreNotReadAgain() throws Exception {
        WatchedContext context = context(
                "web",
                Map.of(
                        "certificate",
                                file("a.pem", Keys.SERVER.certificatePem()).toString(),
                        "key", file("a.key", Keys.SERVER.keyPem()).toString()));
        NamedContext.Loaded first = context.loaded();

        context.look();

        assertSame(first, context.loaded());
    }

    @Test
    void filesThatCouldNotBeReadAreTriedAgainThoughTheyLookTheSame() throws Exception {
        String good = Keys.SERVER.certificatePem();
        Path chain = file("chain.pem", " ".repeat(good.length()));
        Path key = file("chain.key", Keys.SERVER.keyPem());
        FileTime then = FileTime.fromMillis(1_700_000_000_000L);
        Files.setLastModifiedTime(chain, then);
        WatchedContext context = context("web", Map.of("certificate", chain.toString(), "key", key.toString()));
        assertNull(context.loaded());

        file("chain.pem", good);
        Files.setLastModifiedTime(chain, then);
        context.look();

        assertEquals(Set.of("localhost"), context.loaded().hosts());
    }

    @Test
    void whateverALookThrowsIsReportedOnceAndTheNextOneFollows() throws Exception {
        String path = file("a.pem", Keys.SERVER.certificatePem()).toString();
        Map<String, Object> values = new HashMap<>(Map.of("certificate", "a\0b", "key", "a\0b"));
        try (LogCapture log = new LogCapture()) {
            WatchedContext context = new WatchedContext("web", new KeyFiles(config(values)), null);
            context.look();
            context.look();

            assertNull(context.loaded());
            assertEquals(1, log.warnings("TLS context"), () -> log.messages().toString());
            values.putAll(Map.of(
                    "certificate",
                    path,
                    "key",
                    file("a.key", Keys.SERVER.keyPem()).toString()));
            context.look();
            assertEquals(Set.of("localhost"), context.loaded().hosts());
        }
    }

    @Test
    void aNamedPipeAtTheNameOfAFileIsRefusedAndTheWatchGoesOn() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "needs /usr/bin/mkfifo, to make a named pipe");
        Path chain = file("chain.pem", Keys.SERVER.certificatePem());
        Path key = file("chain.key", Keys.SERVER.keyPem());
        WatchedContext context = context("web", Map.of("certificate", chain.toString(), "key", key.toString()));
        NamedContext.Loaded first = context.loaded();

        Files.delete(chain);
        assertEquals(
                0,
                new ProcessBuilder("/usr/bin/mkfifo", chain.toString()).start().waitFor());
        try (LogCapture log = new LogCapture()) {
            Thread looking = new Thread(context::look, "looking");
            looking.setDaemon(true);
            looking.start();
            looking.join(LoopThread.DEADLINE.toMillis());
            assertFalse(looking.isAlive(), "it waits for somebody to write into the pipe");
            assertEquals(
                    List.of("WARNING TLS context web: " + chain
                            + " is not a regular file; what was read before stays in use"),
                    log.messages());
        }
        assertSame(first, context.loaded());
        Files.delete(chain);
        Files.createDirectory(chain);
        reason(Map.of("certificate", chain.toString(), "key", key.toString()), chain + " is not a regular file");
        Files.delete(chain);
        file("chain.pem", Keys.OTHER.certificatePem());
        file("chain.key", Keys.OTHER.keyPem());
        context.look();

        assertTrue(context.loaded().hosts().contains("other.example"));
    }

    @Test
    void optionsWithWhichNoHandshakeCouldSucceedAreRefusedBeforeListening() throws Exception {
        context(
                "web",
                Map.of(
                        "certificate",
                                file("a.pem", Keys.SERVER.certificatePem()).toString(),
                        "key", file("a.key", Keys.SERVER.keyPem()).toString()));

        refused("tls=web&tls.ciphers=TLS_AES_128_GCM_SHA256,NO_SUCH", "tls.ciphers names NO_SUCH");
        refused("tls=web&tls.ciphers=TLS_AES_128_GCM_SHA256&tls.protocols=TLSv1.2", "nothing for TLSv1.2");
        refused("tls=web&tls.alpn=a,,b", "tls.alpn");
        refused("tls=web&tls.alpn=" + "a".repeat(256), "tls.alpn");
        serve("tls=web&tls.ciphers=TLS_AES_128_GCM_SHA256&tls.alpn=a,b");
    }

    private void refused(String query, String text) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> networks.network()
                        .createServer(
                                this::recorder,
                                Endpoint.parse("tls+tcp://127.0.0.1:0?" + query),
                                ServerOptions.DEFAULTS));
        assertTrue(refusal.getMessage().contains(text), refusal::getMessage);
    }

    @Test
    @Spec("TLS-19")
    void onlyAContextWithATrustStoreJudgesClients() throws Exception {
        String trusted = file("trust.pem", Keys.CLIENT.certificatePem()).toString();
        Map<String, Object> values = new HashMap<>(Map.of(
                "certificate", file("a.pem", Keys.SERVER.certificatePem()).toString(),
                "key", file("a.key", Keys.SERVER.keyPem()).toString()));
        context("web", values);
        int[] told = {0};

        for (String auth : List.of("want", "need")) {
            IllegalStateException refusal = failure(
                    IllegalStateException.class,
                    networks.network()
                            .createServer(
                                    this::recorder,
                                    Endpoint.parse("tls+tcp://127.0.0.1:0?tls=web&tls.client.auth=" + auth),
                                    ServerOptions.DEFAULTS));
            assertTrue(refusal.getMessage().contains("truststore"), refusal::getMessage);
        }
        values.put("truststore", trusted);
        WatchedContext mended = new WatchedContext("web", new KeyFiles(config(values)), contexts.find("web"));
        mended.whenUsable(() -> told[0]++);
        mended.look();
        contexts.add(mended);

        assertEquals(1, told[0], "servers that waited for it may look again");
        assertThrows(
                IOException.class,
                () -> clientPeer(serve("tls=web&tls.client.auth=need"), "TLSv1.2")
                        .handshake());
    }

    @Test
    void aServerIsRefusedAContextWithoutAKeyAndAClientIsNot() throws Exception {
        String trusted = file("trust.pem", Keys.SERVER.certificatePem()).toString();
        Map<String, Object> values = new HashMap<>(Map.of("truststore", trusted));
        context("web", values);
        Endpoint endpoint = Endpoint.parse("tls+tcp://127.0.0.1:0?tls=web");
        int[] told = {0};

        IllegalStateException refusal = failure(
                IllegalStateException.class,
                networks.network().createServer(this::recorder, endpoint, ServerOptions.DEFAULTS));
        assertTrue(
                refusal.getMessage()
                        .endsWith(
                                "the TLS context \"web\" has no key, which a server needs; set keystore, or certificate"
                                        + " and key, in the configuration dev.turnout.filter.tls~web"),
                refusal::getMessage);
        ServerSocketChannel listener = listener();
        CompletionStage<Connection<Transport>> connecting = loop.call(() -> networks.network()
                .createConnection(
                        this::recorder,
                        Endpoint.parse("tls+tcp://127.0.0.1:"
                                + address(listener).getPort() + "?tls=web&tls.server.hostname=localhost"),
                        ConnectOptions.DEFAULTS));
        serverPeer(listener).handshake();
        loop.join(connecting, "a connection");

        values.put("certificate", trusted);
        values.put("key", file("web.key", Keys.SERVER.keyPem()).toString());
        WatchedContext mended = new WatchedContext("web", new KeyFiles(config(values)), contexts.find("web"));
        mended.whenUsable(() -> told[0]++);
        mended.look();
        contexts.add(mended);

        assertEquals(1, told[0], "servers that waited for it may look again");
        assertEquals(Keys.SERVER.certificate(), certificate(serve("tls=web"), "localhost"));
    }

    @ParameterizedTest
    @CsvSource({
        "often,expected a time",
        "2562047788015215h,the longest is 876000h",
        "PT0.0001S,the shortest is 1ms",
        "PT0.000999999S,the shortest is 1ms"
    })
    void aWrongIntervalIsNamed(String interval, String reason) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class,
                () -> new TlsContextComponent(
                        config(Map.of("reload_interval", interval)),
                        Map.of("service.pid", "dev.turnout.filter.tls~web")));

        assertTrue(refusal.getMessage().contains("reload.interval=" + interval), refusal::getMessage);
        assertTrue(refusal.getMessage().contains(reason), refusal::getMessage);
    }

    @Test
    void propertiesThatNoContextHasAreReportedWithTheirFile() {
        Map<String, Object> properties = Map.of(
                "service.pid", "dev.turnout.filter.tls~web",
                "felix.fileinstall.filename", "file:/etc/web.cfg",
                "reload.interval", "0",
                "certficate", "x");
        try (LogCapture log = new LogCapture()) {
            TlsContextComponent context = new TlsContextComponent(config(Map.of("reload_interval", "0")), properties);
            context.modified(config(Map.of("reload_interval", "0")), properties);

            List<String> told = log.messages().stream()
                    .filter(each -> each.contains("unknown"))
                    .toList();
            assertEquals(2, told.size(), told::toString);
            assertTrue(
                    told.get(0).startsWith("WARNING")
                            && told.get(0).contains("file:/etc/web.cfg")
                            && told.get(0).contains("\"certficate\"")
                            && told.get(0).contains("keystore.password"),
                    told::toString);
        }
    }

    @Test
    void tellsWhenItCanBeUsedForTheFirstTime() throws Exception {
        Path chain = folder.resolve("late.pem");
        Path key = file("late.key", Keys.SERVER.keyPem());
        WatchedContext context = context("late", Map.of("certificate", chain.toString(), "key", key.toString()));
        int[] told = {0};
        context.whenUsable(() -> told[0]++);
        assertNull(context.loaded());
        assertEquals("none", contexts.present());

        file("late.pem", Keys.SERVER.certificatePem());
        context.look();

        assertEquals(1, told[0]);
        assertEquals("late", contexts.present());
    }

    @Test
    void aServerWhoseContextIsBrokenIsToldTheContextsOwnReason() throws Exception {
        Path chain = file("chain.pem", "nothing");
        Path key = file("chain.key", Keys.SERVER.keyPem());
        WatchedContext context = context("web", Map.of("certificate", chain.toString(), "key", key.toString()));
        int[] told = {0};
        context.whenUsable(() -> told[0]++);

        IllegalStateException refusal = assertThrows(IllegalStateException.class, () -> settings("web"));
        assertTrue(
                refusal.getMessage().startsWith("TLS context \"web\" cannot be used: " + chain + " has no certificate"),
                refusal::getMessage);
        Files.delete(chain);
        context.look();
        context.look();

        assertEquals(1, told[0], "servers that wait for it may look again");
        refusal = assertThrows(IllegalStateException.class, () -> settings("web"));
        assertTrue(refusal.getMessage().contains("not there"), refusal::getMessage);
        refusal = assertThrows(IllegalStateException.class, () -> settings("nobody"));
        assertTrue(refusal.getMessage().contains("no TLS context has the name"), refusal::getMessage);
    }

    private TlsSettings settings(String name) {
        return TlsSettings.of(Side.SERVER, TlsOptions.DEFAULTS, Map.of("", name), contexts);
    }

    @Test
    void everyBrokenFileIsNamedWithTheReason() throws Exception {
        String chain = file("good.pem", Keys.SERVER.certificatePem()).toString();
        String key = file("good.key", Keys.SERVER.keyPem()).toString();
        Path old = file(
                "old.key", Keys.pem("EC PRIVATE KEY", Keys.SERVER.privateKey().getEncoded()));
        Path locked = file("locked.key", Keys.pem("ENCRYPTED PRIVATE KEY", new byte[10]));
        Path empty = file("empty.pem", "nothing");
        Path ended = file("ended.pem", Keys.EXPIRED.certificatePem());
        Path endedKey = file("ended.key", Keys.EXPIRED.keyPem());
        Path rsa = file("rsa.key", Keys.RSA.keyPem());

        reason(Map.of("certificate", chain, "key", old.toString()), "openssl pkcs8 -topk8 -nocrypt -in " + old);
        reason(Map.of("certificate", chain, "key", locked.toString()), "openssl pkcs8");
        reason(Map.of("certificate", chain, "key", empty.toString()), empty + " has no private key");
        reason(Map.of("certificate", empty.toString(), "key", key), empty + " has no certificate");
        reason(Map.of("certificate", chain, "key", rsa.toString()), rsa.toString());
        reason(Map.of("certificate", chain), "one key for each certificate");
        reason(Map.of("key", key), "one key for each certificate");
        reason(Map.of("certificate", ended.toString(), "key", endedKey.toString()), ended + " does not hold today");
        reason(Map.of("keystore", key), "key store");
        Path store = folder.resolve("keys");
        Keys.SERVER.generate(store);
        Files.write(store, Arrays.copyOf(Files.readAllBytes(store), 300));
        reason(Map.of("keystore", store.toString(), "keystore_password", Keys.PASSWORD), "or it is damaged");
        reason(Map.of("keystore", folder.resolve("no").toString()), "not there");
        reason(Map.of("truststore", empty.toString()), empty.toString());
        reason(Map.of("provider", "NoSuchProvider"), "NoSuchProvider");
    }

    @Test
    @Timeout(30) // of the minutes that a search takes which goes back for other readings
    void aFileOfNothingButEmptyLinesIsRefusedAtOnce() throws Exception {
        Path lines = file("lines.pem", "-----BEGIN CERTIFICATE-----", "\n".repeat(120_000));

        assertFalse(Pem.isPem(lines));
    }

    @Test
    void keysOfOldFormsAndEncryptedOnesAreRead() throws Exception {
        Path ec = file("ec.pem", Keys.SERVER.certificatePem());
        Path rsa = file("rsa.pem", Keys.RSA.certificatePem());
        Path sec1 = file("sec1.key", Keys.pem("EC PRIVATE KEY", content(Keys.SERVER.privateKey())));
        Path pkcs1 = file("pkcs1.key", Keys.pem("RSA PRIVATE KEY", content(Keys.RSA.privateKey())));
        Path older = file("older.key", encrypted("PBEWithSHA1AndDESede", "secret"));

        for (Map<String, Object> values : List.<Map<String, Object>>of(
                Map.of("certificate", ec + "," + rsa, "key", sec1 + "," + pkcs1),
                Map.of("certificate", ec.toString(), "key", older.toString(), "key_password", "secret"))) {
            assertEquals(
                    Set.of("localhost"), new KeyFiles(config(values)).load().hosts());
        }
        reason(Map.of("certificate", ec.toString(), "key", older.toString()), "key.password is not set");
        reason(
                Map.of("certificate", ec.toString(), "key", older.toString(), "key_password", "wrong"),
                "key.password may be wrong");
    }

    @Test
    void aKeyThatOpensslHasEncryptedIsRead() throws Exception {
        Path locked = file(
                "openssl.key",
                Keys.pem("ENCRYPTED PRIVATE KEY", Base64.getDecoder().decode(ENCRYPTED)));
        PublicKey certified = KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(ITS_PUBLIC_KEY)));

        PrivateKey key = Pem.key(locked, certified, "secret".toCharArray());

        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update((byte) 1);
        assertTrue(signature.verify(signed));
    }

    /** Returns the key inside the common form of all keys: after version and algorithm. */
    private static byte[] content(PrivateKey key) {
        byte[] all = key.getEncoded();
        int at = all[1] >= 0 ? 2 : 2 + (all[1] & 0x7F);
        at += 3; // the version
        at += 2 + all[at + 1];
        int head = all[at + 1] >= 0 ? 2 : 2 + (all[at + 1] & 0x7F);
        return Arrays.copyOfRange(all, at + head, all.length);
    }

    private static String encrypted(String algorithm, String password) throws Exception {
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.ENCRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray())));
        byte[] bytes = cipher.doFinal(Keys.SERVER.privateKey().getEncoded());
        return Keys.pem(
                "ENCRYPTED PRIVATE KEY", new EncryptedPrivateKeyInfo(cipher.getParameters(), bytes).getEncoded());
    }

    private static void reason(Map<String, Object> values, String text) {
        IOException failure = assertThrows(IOException.class, () -> new KeyFiles(config(values)).load());
        assertTrue(failure.getMessage().contains(text), failure::getMessage);
    }

    @Test
    void trustComesFromPemFilesToo() throws Exception {
        NamedContext.Loaded loaded = new KeyFiles(config(Map.of(
                        "truststore",
                        file("trust.pem", Keys.SERVER.certificatePem(), Keys.OTHER.certificatePem())
                                .toString())))
                .load();

        Pair pair = open(client().with(dev.turnout.api.network.TlsOptions.CONTEXT, loaded.context()), recorder());
        loop.run(in -> pair.transport().write(ascii("trusted")));

        assertEquals("trusted", pair.peer().receiveText(7));
    }
}
