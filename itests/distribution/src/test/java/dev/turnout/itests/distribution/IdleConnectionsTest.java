// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many connections that say nothing; system property {@code turnout.idle.connections} says how many. */
class IdleConnectionsTest {

    private static final int COUNT = Integer.getInteger("turnout.idle.connections", 1000);
    private static final int WARM_UP = 20;

    /** The virtual machine's own threads come at the start or never, so that the others can be counted. */
    private static final List<String> FIXED_THREADS =
            List.of("-XX:-UseDynamicNumberOfCompilerThreads", "-XX:-UseDynamicNumberOfGCThreads");

    private final Deque<Socket> held = new ArrayDeque<>();
    private Container container;
    private int port;

    @BeforeEach
    void start() throws Exception {
        container = Container.prepare();
        port = Container.freePort();
        container.configure(
                "idle",
                "endpoint=tcp://127.0.0.1:" + port + "?backlog=1024",
                "protocol=echo",
                "max.connections=" + 2 * COUNT,
                "max.connections.per.address=" + 2 * COUNT);
        container.launch(FIXED_THREADS);
        container.awaitServing();
    }

    @AfterEach
    void stop() throws Exception {
        release();
        container.close();
    }

    @Test
    void leaveNeitherDescriptorsNorThreadsBehind() throws Exception {
        Path process = Path.of("/proc", Long.toString(container.pid()));
        assumeTrue(Files.isDirectory(process.resolve("fd")), "there is no /proc to count descriptors in");
        long sockets = sockets(process);
        hold(WARM_UP); // what is opened once and kept, such as selectors
        release();
        Await.value("no connection", () -> sockets(process), now -> now == sockets);
        long files = count(process.resolve("fd"));
        long threads = count(process.resolve("task"));

        hold(COUNT);

        Await.value("all to be accepted", () -> sockets(process), now -> now == sockets + COUNT);
        assertTrue(talks(), "nobody answers beside the idle connections");
        assertEquals(threads, count(process.resolve("task")), "threads while connections are held");

        release();

        Await.value("the descriptors of the start", () -> count(process.resolve("fd")), now -> now == files);
        assertEquals(threads, count(process.resolve("task")), "threads at the end");
        assertTrue(talks(), "nobody answers afterwards");
    }

    private void hold(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            held.push(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        assertTrue(talks());
    }

    private void release() throws IOException {
        while (!held.isEmpty()) {
            held.pop().close();
        }
    }

    private boolean talks() throws IOException {
        try (Client client = Client.tcp(port)) {
            return client.exchange("hello").equals("hello");
        }
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.count();
        }
    }

    private static long sockets(Path process) throws IOException {
        try (Stream<Path> entries = Files.list(process.resolve("fd"))) {
            return entries.filter(IdleConnectionsTest::isSocket).count();
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
