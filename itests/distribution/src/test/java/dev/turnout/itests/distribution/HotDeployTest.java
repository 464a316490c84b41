// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import dev.turnout.testkit.Spec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that are put into the folder of a running container. */
class HotDeployTest {

    private static final String OTHER_GREETING = "good day, say a word";
    private static final String JAR = "hello.jar";

    @TempDir
    Path folder;

    @Test
    void readmesProtocolServesAndIsReplacedInPlace() throws Exception {
        Path first = HelloBundle.build(folder, "1.0.0", HelloBundle.GREETING);
        Path second = HelloBundle.build(folder, "1.0.1", OTHER_GREETING);
        try (Container container = Container.start();
                Client bystander = Client.tcp(container.port("echo"))) {
            int port = Container.freePort();
            container.configure("greeter", "endpoint=tcp://127.0.0.1:" + port, "protocol=hello");
            container.awaitLine("that it listens", line -> line.contains("server greeter: hello at "));

            container.load(first, JAR);
            assertEquals(HelloBundle.GREETING, greeting(port)); // the connection waits for its protocol
            assertEquals("1", bystander.exchange("1"));

            container.load(second, JAR);
            Await.value("the new greeting", () -> greeting(port), OTHER_GREETING::equals);
            assertEquals("2", bystander.exchange("2"));
        }
    }

    @Test
    void aFileThatIsNoBundleLeavesTheOneBeforeInUse() throws Exception {
        Path good = HelloBundle.build(folder, "1.0.0", HelloBundle.GREETING);
        Path next = HelloBundle.build(folder, "1.0.1", OTHER_GREETING);
        Path half = Files.write(folder.resolve("half.jar"), Arrays.copyOf(Files.readAllBytes(next), 700));
        try (Container container = Container.start()) {
            int port = Container.freePort();
            container.configure("greeter", "endpoint=tcp://127.0.0.1:" + port, "protocol=hello");
            container.load(good, JAR);
            container.awaitLine("that it listens", line -> line.contains("server greeter: hello at "));
            assertEquals(HelloBundle.GREETING, greeting(port));

            container.load(half, JAR);
            container.load(half, "never.jar");
            container.awaitLine(
                    "what is wrong with it",
                    line -> line.contains(JAR + " is no bundle: it cannot be read as a jar")
                            && line.contains("the bundle that was installed from it is started again as it was"));
            container.awaitLine(
                    "what is wrong with the other",
                    line -> line.contains("never.jar is no bundle") && line.contains("it is not installed"));

            assertEquals(HelloBundle.GREETING, greeting(port));
            container.load(next, JAR);
            Await.value("the new greeting", () -> greeting(port), OTHER_GREETING::equals);
        }
    }

    @Test
    @Spec("SWITCH-59")
    void aBundleThatCannotBeResolvedIsReportedWithTheReason() throws Exception {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putValue("Manifest-Version", "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", "org.example.later");
        manifest.getMainAttributes().putValue("Import-Package", "dev.turnout.api.protocol;version=\"[99,100)\"");
        Path later = folder.resolve("later.bundle");
        new JarOutputStream(Files.newOutputStream(later), manifest).close();
        try (Container container = Container.start()) {
            container.load(later, "later.jar");

            container.awaitLine(
                    "why it does not start",
                    line -> line.contains("later.jar")
                            && line.contains("osgi.wiring.package=dev.turnout.api.protocol"));
        }
    }

    private static String greeting(int port) throws IOException {
        try (Client client = Client.tcp(port)) {
            String greeting = client.receive(HelloBundle.GREETING.length());
            assertEquals("\nx", client.exchange("x") + client.receive(1));
            return greeting;
        }
    }
}
