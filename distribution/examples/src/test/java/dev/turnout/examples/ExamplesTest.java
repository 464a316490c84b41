// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs each example as a program of its own and reads what it says. */
class ExamplesTest {

    private static String freeTcpPort() throws Exception {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(probe.getLocalPort());
        }
    }

    private static String freeUdpPort() throws Exception {
        try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return Integer.toString(probe.getLocalPort());
        }
    }

    @Test
    @Spec({"EX-1", "EX-2", "EX-3"})
    void theTcpServerAnswersTheTcpClientAndCloses() throws Exception {
        String port = freeTcpPort();

        try (Program server = Program.start(TcpEchoServer.class, port)) {
            server.awaitLine("Serving on ");
            List<String> client = Program.run(TcpEchoClient.class, port);

            assertEquals(
                    List.of(
                            "Data sent: 'Hello World!'",
                            "Data received: 'Hello World!'",
                            "The server closed the connection"),
                    client);
            server.awaitLine("Close the client socket");
            List<String> lines = server.lines();
            assertEquals("Serving on 127.0.0.1:" + port, lines.get(0));
            assertTrue(lines.get(1).startsWith("Connection from /127.0.0.1:"), lines::toString);
            assertEquals(
                    List.of("Data received: 'Hello World!'", "Send: 'Hello World!'", "Close the client socket"),
                    lines.subList(2, 5));
        }
    }

    @Test
    @Spec("EX-3")
    void theTcpClientFailsWithoutAServer() throws Exception {
        List<String> client = Program.run(TcpEchoClient.class, freeTcpPort());

        assertTrue(client.stream().anyMatch(line -> line.contains("ConnectionRefusedException")), client::toString);
    }

    @Test
    @Spec({"EX-4", "EX-9"})
    void theUdpServerAnswersTheUdpClient() throws Exception {
        String port = freeUdpPort();

        try (Program server = Program.start(UdpEchoServer.class, port)) {
            server.awaitLine("Starting UDP server");
            List<String> client = Program.run(UdpEchoClient.class, port);

            assertEquals(
                    List.of("Send: Hello World!", "Received: Hello World!", "Close the socket", "Connection closed"),
                    client);
            server.awaitLine("Send 'Hello World!' to /127.0.0.1:");
            assertTrue(server.lines().get(1).startsWith("Received 'Hello World!' from /127.0.0.1:"));
        }
    }

    @Test
    @Spec("EX-5")
    void theUdpClientIsToldThatThereIsNoServer() throws Exception {
        try (Program client = Program.start(UdpEchoClient.class, freeUdpPort())) {
            client.awaitLine("Error received: ");

            assertEquals("Send: Hello World!", client.lines().get(0));
            assertTrue(client.lines().get(1).contains("refused")
                    || client.lines().get(1).contains("Unreachable"));
        }
    }

    @Test
    @Spec("EX-6")
    void theExistingSocketReceives() throws Exception {
        assertEquals(List.of("Received: abc"), Program.run(ExistingSocket.class));
    }

    @Test
    @Spec({"EXTRA-1", "EXTRA-7"})
    void theSocketOfATransportIsAsked() throws Exception {
        assertEquals(List.of("SO_BROADCAST: true"), Program.run(SocketOfATransport.class));
    }

    @Test
    @Spec({"EX-7", "EX-8"})
    void theChildTellsTheDate() throws Exception {
        List<String> lines = Program.run(SubprocessDate.class);

        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).matches("Current date: .*\\b20\\d\\d\\b.*"), lines::toString);
    }
}
