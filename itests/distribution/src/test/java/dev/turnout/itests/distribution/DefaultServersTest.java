// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import dev.turnout.itests.support.KeyPair;
import java.io.BufferedReader;
import java.io.File;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The servers that the container brings along, with the clients that it says to try. */
class DefaultServersTest {

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
    void echoAnswers() throws Exception {
        try (Client client = Client.tcp(container.port("echo"))) {
            assertEquals("Hello\n", client.exchange("Hello\n"));
        }
    }

    @Test
    void lineAnswersInUpperCase() throws Exception {
        try (Client client = Client.tcp(container.port("line"))) {
            assertEquals("HELLO\n", client.exchange("Hello\n"));
        }
    }

    @Test
    void unixSocketAnswers() throws Exception {
        try (Client client = Client.unix(container.socket("echo-unix"))) {
            assertEquals("Hello\n", client.exchange("Hello\n"));
        }
    }

    @Test
    void datagramEchoAnswers() throws Exception {
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), container.port("udp"));
        try (DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout((int) Await.PATIENCE.toMillis());
            for (String text : new String[] {"Hello", ""}) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                client.send(new DatagramPacket(bytes, bytes.length, at));
                DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                client.receive(answer);
                assertEquals(text, new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void servesSocatOverUdp() throws Exception {
        assertEquals("Hello", ask("socat", "-", "UDP:127.0.0.1:" + container.port("udp")));
    }

    @Test
    void echoAnswersOverTlsWithTheKeyPairMadeAtTheFirstStart() throws Exception {
        try (SSLSocket client = KeyPair.of(certificate()).connect(container.port("tls"))) {
            assertEquals("Hello\n", KeyPair.exchange(client, "Hello\n"));
            assertEquals("TLSv1.3", client.getSession().getProtocol());
        }
    }

    private static Path certificate() {
        return container.data().resolve("tls/default.pem");
    }

    @Test
    void servesTheOpensslClientThatItSaysToTry() throws Exception {
        assertEquals("Hello", ask(tried("tls")));
    }

    @Test
    void servesTheOpensslClientOverAUnixSocket() throws Exception {
        assertEquals("Hello", ask(tried("tls-unix")));
    }

    /** Returns the command that the container says to try. */
    private static String[] tried(String server) {
        return container.lines().stream()
                .filter(line -> line.startsWith("  " + server + " "))
                .map(line -> line.substring(line.indexOf("try: ") + 5).split(" ", -1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(container.lines().toString()));
    }

    @Test
    void servesNetcat() throws Exception {
        assertEquals("Hello", ask("nc", "127.0.0.1", Integer.toString(container.port("echo"))));
    }

    @Test
    void servesSocatOverTcp() throws Exception {
        assertEquals("HELLO", ask("socat", "-", "TCP:127.0.0.1:" + container.port("line")));
    }

    @Test
    void servesSocatOverAUnixSocket() throws Exception {
        assertEquals("Hello", ask("socat", "-", "UNIX-CONNECT:" + container.socket("echo-unix")));
    }

    /** Sends a line through a program that is a client, and returns the line that it answers. */
    private static String ask(String... command) throws Exception {
        assumeTrue(isInstalled(command[0]), command[0] + " is not installed: this test needs it");
        Process client = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader answer = client.inputReader(StandardCharsets.UTF_8)) {
            client.getOutputStream().write("Hello\n".getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
            return answer.readLine();
        } finally {
            client.destroyForcibly().waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
