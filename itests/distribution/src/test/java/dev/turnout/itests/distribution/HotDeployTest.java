// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import java.io.IOException;
import java.nio.file.Path;
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

    private static String greeting(int port) throws IOException {
        try (Client client = Client.tcp(port)) {
            String greeting = client.receive(HelloBundle.GREETING.length());
            assertEquals("\nx", client.exchange("x") + client.receive(1));
            return greeting;
        }
    }
}
