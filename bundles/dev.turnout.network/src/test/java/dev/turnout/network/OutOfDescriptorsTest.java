// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.api.network.Endpoint;
import dev.turnout.api.network.Server;
import dev.turnout.api.network.ServerOptions;
import dev.turnout.core.Loops;
import dev.turnout.testkit.Spec;
import dev.turnout.transport.tcp.TcpProvider;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose process has no file descriptors left for a while. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // as reading cannot be interrupted
class OutOfDescriptorsTest {

    private static final Path SHELL = Path.of("/bin/sh");
    private static final String REPORT = "cannot accept: out of descriptors";

    /** Serves echo, takes all descriptors at the first line of its input, and gives them back at the second. */
    public static final class Program {

        public static void main(String[] arguments) throws Exception {
            for (String spare : arguments) {
                failToBegin(Integer.parseInt(spare));
            }
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            try (Loops loops = new Loops(1);
                    Networks networks = Networks.of(loops, List.of(new TcpProvider()))) {
                Echo.Counters counters = new Echo.Counters();
                Server server = TestNetwork.get(networks.network()
                        .createServer(
                                () -> new Echo(counters), Endpoint.parse("tcp://127.0.0.1:0"), ServerOptions.DEFAULTS));
                System.out.println(TestNetwork.port(server));
                orders.readLine();
                TestNetwork.until("the first is accepted", () -> counters.made.get() == 1);
                List<Closeable> taken = takeAll();
                System.out.println("taken");
                orders.readLine();
                for (Closeable one : taken) {
                    one.close();
                }
                System.out.println("given back");
                orders.readLine();
            }
        }

        /** Makes a loop where there are fewer descriptors than it needs. */
        private static void failToBegin(int spare) throws IOException {
            System.out.println("without " + Loops.class); // whose jar is opened here
            SelectorProvider.provider().openSelector().close(); // a VM has done so long before it runs out of them
            List<Closeable> taken = takeAll();
            for (int i = 0; i < spare; i++) {
                taken.remove(0).close();
            }
            try (Loops loops = new Loops(1)) {
                System.out.println("there are " + loops.loops());
            } catch (UncheckedIOException e) {
                System.out.println(e.getMessage());
            }
            for (Closeable one : taken) {
                one.close();
            }
        }

        private static List<Closeable> takeAll() {
            List<Closeable> taken = new ArrayList<>();
            while (true) {
                try {
                    taken.add(new FileInputStream("/dev/null"));
                } catch (IOException none) {
                    return taken;
                }
            }
        }
    }

    private Process program;
    private BufferedReader said;
    private OutputStream orders;

    private void start(String... arguments) throws IOException {
        assumeTrue(Files.isExecutable(SHELL), "no /bin/sh, which limits the descriptors of a process");
        String classes =
                Loops.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        assumeTrue(
                classes.endsWith(".jar"), () -> "each class of " + classes + " needs a descriptor, as in no container");
        List<String> command = new ArrayList<>(List.of(
                SHELL.toString(),
                "-c",
                "ulimit -n 200 && exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName()));
        command.addAll(List.of(arguments));
        program = new ProcessBuilder(command).redirectErrorStream(true).start();
        said = program.inputReader(StandardCharsets.UTF_8);
        orders = program.getOutputStream();
    }

    @AfterEach
    void end() throws InterruptedException {
        if (program != null) {
            program.destroyForcibly();
            assertTrue(program.waitFor(10, TimeUnit.SECONDS));
        }
    }

    private void order() throws IOException {
        orders.write('\n');
        orders.flush();
    }

    private List<String> readUntil(String part) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            lines.add(line);
            if (line.contains(part)) {
                return lines;
            }
        }
        throw new AssertionError("the program has ended without \"" + part + "\": " + lines);
    }

    private int readPort() throws IOException {
        return Integer.parseInt(said.readLine());
    }

    private static int ask(Socket socket, int value) throws IOException {
        socket.getOutputStream().write(value);
        return socket.getInputStream().read();
    }

    /** What logs and writes for the first time only when there is no descriptor left has to be loaded already. */
    @Test
    @Spec({"SERVER-16", "SERVER-17"})
    void servesOnWithoutDescriptorsAndAcceptsWhenThereAreSomeAgain() throws IOException {
        start();
        int port = readPort();
        try (Socket early = new Socket(InetAddress.getLoopbackAddress(), port)) {
            early.setSoTimeout(20_000);
            order();
            readUntil("taken");
            try (Socket late = new Socket(InetAddress.getLoopbackAddress(), port)) {
                late.setSoTimeout(20_000);
                readUntil(REPORT);
                assertEquals('a', ask(early, 'a'));
                List<String> pause = readUntil(REPORT);
                assertTrue(
                        pause.stream().noneMatch(line -> line.contains("Exception in I/O handler")), pause::toString);
                assertEquals('b', ask(early, 'b'));

                order();
                readUntil("given back");

                assertEquals('c', ask(late, 'c'));
                assertEquals('d', ask(early, 'd'));
            }
        }
    }

    /** What is loaded early must not be lost because it was tried too early. */
    @Test
    void refusesToBeginWithoutDescriptorsAndBeginsWhenThereAreSome() throws IOException {
        start("0", "2", "3");

        for (int i = 0; i < 3; i++) {
            assertEquals("without " + Loops.class, said.readLine());
            String refusal = said.readLine();
            assertTrue(refusal.startsWith("cannot make 1 loops: 8 file descriptors are needed"), refusal);
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), readPort())) {
            socket.setSoTimeout(20_000);
            assertEquals('a', ask(socket, 'a'));
        }
    }
}
