// SPDX-License-Identifier: Apache-2.0
package dev.turnout.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.InputStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples talk to Python's asyncio, in both directions. */
class PythonPeerTest {

    @TempDir
    Path folder;

    @BeforeEach
    void pythonIsThere() throws Exception {
        assumeTrue(isInstalled("python3"), "python3 is not installed: this test needs it");
        try (InputStream script = Objects.requireNonNull(getClass().getResourceAsStream("peer.py"))) {
            Files.copy(script, folder.resolve("peer.py"));
        }
    }

    private static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    private Program python(String role, String port) throws Exception {
        return Program.start(List.of("python3", folder.resolve("peer.py").toString(), role, port));
    }

    private String portOf(Program server) throws Exception {
        server.awaitLine("port ");
        return server.lines().get(0).substring("port ".length());
    }

    @Test
    void asksAPythonServerOverTcp() throws Exception {
        try (Program server = python("tcp-server", "0")) {
            List<String> client = Program.run(TcpEchoClient.class, portOf(server));

            assertEquals(
                    List.of(
                            "Data sent: 'Hello World!'",
                            "Data received: 'Hello World!'",
                            "The server closed the connection"),
                    client);
        }
    }

    @Test
    void answersAPythonClientOverTcp() throws Exception {
        String port;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = Integer.toString(probe.getLocalPort());
        }
        try (Program server = Program.start(TcpEchoServer.class, port)) {
            server.awaitLine("Serving on ");
            try (Program client = python("tcp-client", port)) {
                client.awaitEnd();

                assertEquals(List.of("from Python"), client.lines());
            }
        }
    }

    @Test
    void asksAPythonServerOverUdp() throws Exception {
        try (Program server = python("udp-server", "0")) {
            List<String> client = Program.run(UdpEchoClient.class, portOf(server));

            assertEquals(
                    List.of("Send: Hello World!", "Received: Hello World!", "Close the socket", "Connection closed"),
                    client);
        }
    }

    @Test
    void answersAPythonClientOverUdp() throws Exception {
        String port;
        try (DatagramSocket probe = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            port = Integer.toString(probe.getLocalPort());
        }
        try (Program server = Program.start(UdpEchoServer.class, port)) {
            server.awaitLine("Starting UDP server");
            try (Program client = python("udp-client", port)) {
                client.awaitEnd();

                assertEquals(List.of("all came back"), client.lines());
            }
        }
    }
}
