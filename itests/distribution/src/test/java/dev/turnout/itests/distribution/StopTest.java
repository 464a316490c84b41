// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SIGTERM does. */
class StopTest {

    @Test
    void endsWithStatusZeroWithoutAComplaint() throws Exception {
        try (Container container = Container.start();
                Client tcp = Client.tcp(container.port("echo"));
                Client unix = Client.unix(container.socket("echo-unix"))) {
            Path socket = container.socket("echo-unix");
            int said = container.lines().size();
            assertEquals("1", tcp.exchange("1"));
            assertEquals("2", unix.exchange("2"));
            assertTrue(Files.exists(socket));

            container.terminate();

            assertEquals(0, container.exitCode());
            assertEquals(
                    List.of(), container.lines().subList(said, container.lines().size()));
            assertTrue(tcp.ended());
            assertTrue(unix.ended());
            assertFalse(Files.exists(socket), "the unix socket's file is left");
        }
    }

    @Test
    void letsTheStartEndFirst() throws Exception {
        try (Container container = Container.prepare()) {
            container.launch(List.of());
            Await.until(
                    "the framework to be there",
                    () -> Files.exists(container.data().resolve("cache/bundle5")));

            container.terminate();

            assertEquals(0, container.exitCode());
            assertEquals(List.of(), container.lines());
        }
    }

    @Test
    void closesListenersBeforeConnections() throws Exception {
        try (Container container = Container.start();
                Client busy = Client.tcp(container.port("echo"))) {
            int port = container.port("echo");
            busy.fill(); // so that the container cannot get rid of what it has to send

            container.terminate();
            Await.until("the listener to close", () -> Client.isRefused(port));

            assertTrue(container.isAlive(), "the container ended with bytes to send");
            assertTrue(busy.drain() > 0);
            assertEquals(0, container.exitCode());
        }
    }

    @Test
    void doesNotWaitForProtocolsThatCannotBeSwitched(@TempDir Path folder) throws Exception {
        Path hello = HelloBundle.build(folder, "1.0.0", HelloBundle.GREETING);
        try (Container container = Container.start()) {
            int port = Container.freePort();
            container.load(hello, "hello.jar");
            container.configure("greeter", "endpoint=tcp://127.0.0.1:" + port, "protocol=hello", "drain.deadline=1h");
            container.awaitLine("that it listens", line -> line.contains("server greeter: hello at "));
            try (Client idle = Client.tcp(port)) {
                idle.receive(HelloBundle.GREETING.length() + 1);

                container.terminate();

                assertEquals(0, container.exitCode());
                assertTrue(idle.ended());
            }
        }
    }
}
