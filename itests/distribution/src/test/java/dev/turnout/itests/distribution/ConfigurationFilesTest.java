// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Servers that are files, named with a tilde, in the folder of a running container. */
class ConfigurationFilesTest {

    private static Container container;

    @BeforeAll
    static void start() throws Exception {
        container = Container.start();
    }

    @AfterAll
    static void stop() throws Exception {
        container.close();
    }

    @Test
    void createdChangedAndDeletedWhileAConnectionGoesOn() throws Exception {
        int first = Container.freePort();
        int second = Container.freePort();

        try (Client bystander = Client.tcp(container.port("echo"))) {
            assertEquals("0", bystander.exchange("0"));

            container.configure("mine", "endpoint=tcp://127.0.0.1:" + first, "protocol=echo");
            container.awaitLine("that it opened", opened("mine", "echo", first));
            try (Client early = Client.tcp(first)) {
                assertEquals("Early\n", early.exchange("Early\n"));
                assertEquals("1", bystander.exchange("1"));

                container.configure("mine", "endpoint=tcp://127.0.0.1:" + second, "protocol=line");
                container.awaitLine("that it moved", opened("mine", "line", second));
                try (Client late = Client.tcp(second)) {
                    assertEquals("LATE\n", late.exchange("Late\n"));
                }
                awaitRefusal(first);
                assertEquals("Early\n", early.exchange("Early\n"));
                assertEquals("2", bystander.exchange("2"));

                container.unconfigure("mine");
                awaitRefusal(second);
                assertEquals("Early\n", early.exchange("Early\n"));
                assertEquals("3", bystander.exchange("3"));
            }
        }
    }

    @Test
    void aSecondFileForOneConfigurationIsReportedAndTheFirstServes() throws Exception {
        int first = Container.freePort();
        int second = Container.freePort();
        container.configure("double", "endpoint=tcp://127.0.0.1:" + first, "protocol=echo");
        container.awaitLine("that it opened", opened("double", "echo", first));
        Path other = container.etc().resolve("dev.turnout.server-double.cfg");

        Files.write(other, List.of("endpoint=tcp://127.0.0.1:" + second, "protocol=line"));
        container.awaitLine(
                "that the other is not read",
                line -> line.contains(other + " is not read: it names the same configuration as "
                        + container.file("double") + ", which stays in use"));
        try (Client client = Client.tcp(first)) {
            assertEquals("Hello\n", client.exchange("Hello\n"));
        }
        awaitRefusal(second);

        container.unconfigure("double");
        awaitRefusal(first);
        Files.write(other, List.of("endpoint=tcp://127.0.0.1:" + second, "protocol=line", "backlog=7"));
        container.awaitLine("that the other opened", opened("double", "line", second));
        Files.delete(other);
        awaitRefusal(second);
    }

    @Test
    void wrongValueKeepsTheListenerAndIsReported() throws Exception {
        int port = Container.freePort();
        String endpoint = "endpoint=tcp://127.0.0.1:" + port;
        container.configure("kept", endpoint, "protocol=echo");
        container.awaitLine("that it opened", opened("kept", "echo", port));

        try (Client early = Client.tcp(port)) {
            assertEquals("1", early.exchange("1"));

            container.configure("kept", endpoint, "protocol=line", "max.connections=many");
            String report = container.awaitLine("what is wrong", line -> line.contains("max.connections=many"));

            assertTrue(report.contains(container.file("kept").toString()), report);
            assertTrue(report.matches(".*: max\\.connections=many: \\S.*"), report);
            try (Client late = Client.tcp(port)) {
                assertEquals("still echo\n", late.exchange("still echo\n"));
            }
            assertEquals("2", early.exchange("2"));
        }

        container.configure("kept", endpoint, "protocol=line", "max.connections=5");
        Await.value("the line protocol", () -> answer(port), "HELLO\n"::equals);
        container.unconfigure("kept");
        awaitRefusal(port);
    }

    @Test
    void busyPortKeepsTheListenerAndIsReported() throws Exception {
        int port = Container.freePort();
        int busy = container.port("line");
        container.configure("moved", "endpoint=tcp://127.0.0.1:" + port, "protocol=echo");
        container.awaitLine("that it opened", opened("moved", "echo", port));

        container.configure("moved", "endpoint=tcp://127.0.0.1:" + busy, "protocol=echo");
        String report = container.awaitLine("what is wrong", line -> line.contains("endpoint=tcp://127.0.0.1:" + busy));

        assertTrue(report.contains(container.file("moved").toString()), report);
        assertTrue(report.contains("in use"), report);
        assertEquals("hello\n", answer(port));
        container.unconfigure("moved");
        awaitRefusal(port);
    }

    @Test
    void manyAtOnce() throws Exception {
        int many = 540; // more than the system keeps events of a folder for
        int said = container.lines().size();

        for (int i = 0; i < many; i++) {
            container.configure("many" + i, "endpoint=tcp://127.0.0.1:0", "protocol=echo");
        }

        Await.value("all to be open", 60, () -> told(said, ": echo at "), count -> count == many);
        for (int i = 0; i < many; i++) {
            container.unconfigure("many" + i);
        }
        Await.value("all to be closed", 60, () -> told(said, " closes "), count -> count == many);
    }

    private static long told(int after, String what) {
        List<String> lines = container.lines();
        return lines.subList(after, lines.size()).stream()
                .filter(line -> line.contains("server many") && line.contains(what))
                .count();
    }

    private static String answer(int port) throws IOException {
        try (Client client = Client.tcp(port)) {
            return client.exchange("hello\n");
        }
    }

    private static Predicate<String> opened(String server, String protocol, int port) {
        return line -> line.contains("server " + server + ": " + protocol + " at tcp://127.0.0.1:" + port);
    }

    private static void awaitRefusal(int port) throws Exception {
        Await.until("port " + port + " to be closed", () -> Client.isRefused(port));
    }
}
