// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.FailedDTO;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Servers that are configuration, not code. */
@InFelix
public class EchoOverEveryTransportTest {

    @Test
    public void answersOverTcp() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("tcp-echo", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo"));

        try (Client client = Client.tcp(inside.port("tcp-echo"))) {
            assertEquals("hello", client.exchange("hello"));
        } finally {
            inside.delete("tcp-echo");
        }
    }

    @Test
    public void answersOverAUnixSocket() throws Exception {
        Inside inside = new Inside(getClass());
        Path folder = Files.createTempDirectory("turnout");
        Path socket = folder.resolve("echo.sock");
        inside.configure("unix-echo", Map.of("endpoint", "unix:" + socket, "protocol", "echo"));
        inside.listening("unix-echo");

        try (Client client = Client.unix(socket)) {
            assertEquals("hello", client.exchange("hello"));
        } finally {
            inside.delete("unix-echo");
        }

        Await.until("the socket's file to go", () -> Files.notExists(socket));
        Files.delete(folder);
    }

    @Test
    public void answersOverUdp() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("udp-echo", Map.of("endpoint", "udp://127.0.0.1:0", "protocol", "datagram-echo"));
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), inside.port("udp-echo"));

        try (DatagramSocket client = new DatagramSocket()) {
            client.setSoTimeout((int) Await.PATIENCE.toMillis());
            client.send(new DatagramPacket(new byte[] {1, 2, 3}, 3, at));
            DatagramPacket answer = new DatagramPacket(new byte[10], 10);
            client.receive(answer);
            assertEquals(3, answer.getLength());
        } finally {
            inside.delete("udp-echo");
        }
    }

    @Test
    public void answersInTheProtocolThatIsNamed() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("tcp-line", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "line"));

        try (Client client = Client.tcp(inside.port("tcp-line"))) {
            assertEquals("HELLO\n", client.exchange("hello\n"));
        } finally {
            inside.delete("tcp-line");
        }
    }

    @Test
    public void keepsConnectionsWhileTheirServerMovesAndCloses() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("moving", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo"));
        int first = inside.port("moving");

        try (Client early = Client.tcp(first)) {
            assertEquals("1", early.exchange("1"));

            // another backlog needs a new listening socket
            inside.configure("moving", Map.of("endpoint", "tcp://127.0.0.1:0?backlog=7", "protocol", "echo"));
            int second = Await.value("another port", () -> inside.port("moving"), port -> port != first);
            try (Client late = Client.tcp(second)) {
                assertEquals("2", late.exchange("2"));
            }
            assertEquals("3", early.exchange("3"));

            inside.delete("moving");
            Await.until("the server to close", () -> inside.server("moving").isEmpty());
            assertRefused(second);
            assertEquals("4", early.exchange("4"));
        }
    }

    @Test
    public void keepsTheListenerWhenAValueIsWrongAndSaysWhich() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("kept", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo"));
        int port = inside.port("kept");

        inside.configure(
                "kept", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo", "max.connections", "many"));
        FailedDTO failure = inside.failure("kept");

        try (Client client = Client.tcp(port)) {
            assertEquals("still", client.exchange("still"));
        }
        assertEquals("max.connections", failure.property);
        assertEquals("many", failure.value);
        assertFalse(failure.reason.isEmpty());

        inside.configure("kept", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo", "max.connections", "9"));
        Await.until(
                "the failure to be over",
                () -> java.util.Arrays.stream(inside.snapshot().failed)
                        .noneMatch(failed -> failed.name.equals("kept")));
        assertEquals(port, inside.port("kept"), "a live option moved the listener");
        inside.delete("kept");
    }

    @Test
    public void opensTheSameAddressAgainAtOnce() throws Exception {
        Inside inside = new Inside(getClass());
        inside.configure("again", Map.of("endpoint", "tcp://127.0.0.1:0", "protocol", "echo"));
        int port = inside.port("again");

        try (Client client = Client.tcp(port)) {
            assertEquals("x", client.exchange("x"));
            inside.delete("again");
            inside.configure("other", Map.of("endpoint", "tcp://127.0.0.1:" + port, "protocol", "line"));
            assertEquals(port, inside.port("other"));
        }

        try (Client client = Client.tcp(port)) {
            assertEquals("Y\n", client.exchange("y\n"));
        } finally {
            inside.delete("other");
        }
    }

    private static void assertRefused(int port) {
        boolean refused = false;
        try (Client client = Client.tcp(port)) {
            refused = client.ended();
        } catch (java.io.IOException e) {
            refused = true;
        }
        assertTrue(refused, "port " + port + " is still served");
    }
}
