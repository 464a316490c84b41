// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.turnout.api.network.NetworkConstants;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.BundleJar;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import dev.turnout.itests.support.KeyPair;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** What owns sockets goes on while everything around it is replaced. */
@InFelix
public class NothingRefreshesTheLoopTest {

    private static final List<String> OWNS_SOCKETS = List.of(
            "dev.turnout.api",
            "dev.turnout.core",
            "dev.turnout.network",
            "dev.turnout.transport.nio",
            "dev.turnout.transport.pipe",
            "dev.turnout.transport.process",
            "dev.turnout.transport.tcp",
            "dev.turnout.transport.udp",
            "dev.turnout.transport.unix");

    /**
     * All others that the distribution starts, but for three kinds: the component runtime is what starts ours, and stays; the bundles of OSGi's own
     * APIs are imported by ours; Gogo is not in this container, so that it leaves the terminal alone.
     */
    private static final List<String> OTHERS = List.of(
            "dev.turnout.filter.tls",
            "dev.turnout.load",
            "dev.turnout.protocol.echo",
            "dev.turnout.protocol.line",
            "dev.turnout.shell",
            "org.apache.felix.configadmin",
            "org.apache.felix.fileinstall");

    @Test
    public void loopSocketsAndConnectionsSurviveTheUpdateOfEveryOtherBundle() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("stays", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo"));
        int port = inside.port("stays");
        Map<String, BundleWiring> before = wirings(inside);

        try (Client open = Client.tcp(port)) {
            assertEquals("before", open.exchange("before"));

            for (String name : OTHERS) {
                Bundle bundle = inside.bundle(name);
                try (InputStream same = URI.create(bundle.getLocation()).toURL().openStream()) {
                    bundle.update(same);
                }
                refresh(inside, bundle);
                assertEquals(Bundle.ACTIVE, bundle.getState(), name);
                assertUnchanged(before, inside, "after the update of " + name);
                assertEquals("open", open.exchange("open"), "after the update of " + name);
            }

            assertEquals(port, inside.port("stays"));
        }
        try (Client late = Client.tcp(port)) {
            assertEquals("after", late.exchange("after"));
        } finally {
            inside.delete("stays");
        }
    }

    @Test
    public void serversAndContextsStayWhileConfigurationAdminIsAway() throws Exception {
        Inside inside = new Inside(getClass());
        Path keyFile = Files.createTempFile("turnout", ".p12");
        Files.delete(keyFile);
        KeyPair keys = KeyPair.make(keyFile, "kept");
        // these as Felix File Install makes them of files, the other by its factory
        configureSingle(
                inside,
                "dev.turnout.filter.tls~kept",
                Map.of("keystore", keyFile.toString(), "keystore.password", KeyPair.PASSWORD));
        configureSingle(
                inside,
                NetworkConstants.SERVER_PID + "~secure",
                Map.of("endpoint", "tls+tcp://127.0.0.1:0?tls=kept", "protocol", "echo"));
        inside.configure("plain", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo"));
        int secure = inside.port("secure");
        int plain = inside.port("plain");
        Bundle administration = inside.bundle("org.apache.felix.configadmin");

        try (SSLSocket open = keys.connect(secure)) {
            administration.stop();

            assertEquals("open", KeyPair.exchange(open, "open"));
            try (SSLSocket early = keys.connect(secure);
                    Client client = Client.tcp(plain)) {
                assertEquals("new", KeyPair.exchange(early, "new"));
                assertEquals("new", client.exchange("new"));
            }

            administration.start();
            refresh(inside, administration);
            assertEquals("again", KeyPair.exchange(open, "again"));
        } finally {
            administration.start();
        }
        try (SSLSocket late = keys.connect(secure);
                Client client = Client.tcp(plain)) {
            assertEquals("late", KeyPair.exchange(late, "late"));
            assertEquals("late", client.exchange("late"));
        } finally {
            inside.delete("plain");
            single(inside, NetworkConstants.SERVER_PID + "~secure").delete();
            single(inside, "dev.turnout.filter.tls~kept").delete();
            Files.delete(keyFile);
        }
    }

    private static Configuration single(Inside inside, String pid) throws Exception {
        return inside.service(ConfigurationAdmin.class).getConfiguration(pid, "?");
    }

    private static void configureSingle(Inside inside, String pid, Map<String, String> properties) throws Exception {
        single(inside, pid).update(FrameworkUtil.asDictionary(properties));
    }

    @Test
    public void foreignBundlesComeAndGoUnnoticed() throws Exception {
        Inside inside = new Inside(getClass());
        Map<String, BundleWiring> before = wirings(inside);

        // packages that optional imports of ours ask for, in versions they take
        for (String exported : List.of("org.jspecify.annotations", "org.apache.felix.service.command", "org.slf4j")) {
            Bundle foreign = inside.context()
                    .installBundle("test:foreign", BundleJar.foreign("org.example.foreign", "1.0.0", exported));
            foreign.start();
            refresh(inside, foreign);
            foreign.update(BundleJar.foreign("org.example.foreign", "1.1.0", exported));
            refresh(inside, foreign);
            foreign.uninstall();
            refresh(inside, foreign);

            assertUnchanged(before, inside, "after a bundle with " + exported);
        }
    }

    private static Map<String, BundleWiring> wirings(Inside inside) {
        Map<String, BundleWiring> wirings = new TreeMap<>();
        for (String name : OWNS_SOCKETS) {
            wirings.put(name, inside.bundle(name).adapt(BundleWiring.class));
        }
        return wirings;
    }

    private static void assertUnchanged(Map<String, BundleWiring> before, Inside inside, String when) {
        before.forEach((name, wiring) -> {
            Bundle bundle = inside.bundle(name);
            assertEquals(wiring.getBundle().getBundleId(), bundle.getBundleId(), name + " " + when);
            assertSame(wiring, bundle.adapt(BundleWiring.class), name + " " + when);
            assertEquals(true, wiring.isCurrent(), name + " " + when);
        });
    }

    private static void refresh(Inside inside, Bundle bundle) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        inside.wiring().refreshBundles(List.of(bundle), event -> done.countDown());
        Await.until("the refresh of " + bundle, () -> done.await(1, TimeUnit.SECONDS));
    }
}
