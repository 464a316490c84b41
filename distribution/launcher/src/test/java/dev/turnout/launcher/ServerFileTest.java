// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFileTest {

    @TempDir
    Path etc;

    @Test
    void readsServersInOrderOfTheirNames() throws Exception {
        write("line", "endpoint=tcp://127.0.0.1:2");
        write("echo", "endpoint=tcp://127.0.0.1:1");
        Files.writeString(etc.resolve("other.cfg"), "endpoint=tcp://127.0.0.1:3");

        List<ServerFile> servers = ServerFile.in(etc, Map.of());

        assertEquals(
                List.of("echo", "line"), servers.stream().map(ServerFile::name).toList());
    }

    @Test
    void readsBothSignsBeforeTheName() throws Exception {
        write("tilde", "endpoint=tcp://127.0.0.1:1");
        Files.writeString(etc.resolve("dev.turnout.server-dash-x.cfg"), "endpoint=tcp://127.0.0.1:2");

        List<ServerFile> servers = ServerFile.in(etc, Map.of());

        assertEquals(
                List.of("dash-x", "tilde"),
                servers.stream().map(ServerFile::name).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "tls+tcp://127.0.0.1:1, default",
        "tls+tcp://127.0.0.1:1?tls=web, web",
        "'tls+unix:/run/a.sock?backlog=5&tls=web,other&no.delay=true', web",
        "tls+tcp://127.0.0.1:1?tls.alpn=web, default",
    })
    void namesTheTlsContext(String endpoint, String context) throws Exception {
        write("one", "endpoint=" + endpoint);

        assertEquals(context, ServerFile.in(etc, Map.of()).get(0).context());
    }

    @Test
    void replacesVariablesByTheirValueOrTheirDefault() throws Exception {
        write("echo", "endpoint = tcp://127.0.0.1:${turnout.echo.port:-8888}");
        write("path", "endpoint = unix:${turnout.data}/${missing}x");

        assertEquals("tcp://127.0.0.1:8888", only("echo", Map.of()).endpoint());
        assertEquals(
                "tcp://127.0.0.1:9",
                only("echo", Map.of("turnout.echo.port", "9")).endpoint());
        assertEquals("unix:/d/x", only("path", Map.of("turnout.data", "/d")).endpoint());
    }

    @Test
    void readsWhateverBytesAFileHas() throws Exception {
        Files.write(
                etc.resolve("dev.turnout.server~old.cfg"),
                "# f\u00fcr alle\nendpoint = tcp://127.0.0.1:1\n".getBytes(StandardCharsets.ISO_8859_1));

        assertEquals("tcp://127.0.0.1:1", only("old", Map.of()).endpoint());
    }

    @Test
    void aFolderWithTheNameOfAServerIsNone() throws Exception {
        write("echo", "endpoint = tcp://127.0.0.1:1");
        Files.createDirectory(etc.resolve("dev.turnout.server~folder.cfg"));

        assertEquals(
                List.of("echo"),
                ServerFile.in(etc, Map.of()).stream().map(ServerFile::name).toList());
    }

    @Test
    void aFileThatCannotBeReadIsTheFaultOfItsServerAlone() throws Exception {
        write("bad", "endpoint = \\u00zz");
        write("echo", "endpoint = tcp://127.0.0.1:1");

        assertEquals("tcp://127.0.0.1:1", only("echo", Map.of()).endpoint());
        ServerFile bad = only("bad", Map.of());
        assertTrue(
                String.valueOf(bad.fault())
                        .startsWith(etc.resolve("dev.turnout.server~bad.cfg") + " is no properties file: "),
                bad::toString);
        NetworkPicture picture = new NetworkPicture(Map.of(), Map.of(), Map.of()).and(List.of(bad));
        assertEquals(Map.of("bad", String.valueOf(bad.fault())), picture.failed());
        assertTrue(picture.serves(List.of(bad)));
    }

    @Test
    void leavesAnAddressOfAnotherMachineToTheNetwork() throws Exception {
        write("nowhere", "endpoint = tcp://192.0.2.1:1");

        assertDoesNotThrow(() -> Preflight.free(ServerFile.in(etc, Map.of())));
    }

    @Test
    void aPortThatMayBeSharedMayBeBusy() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            write("mine", "endpoint = tcp://127.0.0.1:" + other.getLocalPort() + "\nreuse.port = true");
            write("query", "endpoint = tcp://127.0.0.1:" + other.getLocalPort() + "?reuse.port=true");

            assertDoesNotThrow(() -> Preflight.free(ServerFile.in(etc, Map.of())));
        }
    }

    @Test
    void refusesABusyPortInOneLineThatSaysWhatToDo() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = other.getLocalPort();
            write("chat", "endpoint=tcp://127.0.0.1:" + port + "?backlog=5");
            List<ServerFile> servers = ServerFile.in(etc, Map.of());

            StartException refusal = assertThrows(StartException.class, () -> Preflight.free(servers));

            String text = String.valueOf(refusal.getMessage());
            assertTrue(text.startsWith("cannot listen on port " + port + " for server chat"), text);
            assertTrue(text.endsWith("or choose another in " + etc.resolve("dev.turnout.server~chat.cfg")), text);
            assertEquals(1, text.lines().count());
        }
    }

    @Test
    void looksAtThePortsOfSecuredServersToo() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            write("safe", "endpoint=tls+tcp://127.0.0.1:" + other.getLocalPort());
            write("plain", "endpoint=tcp://127.0.0.1:0");
            List<ServerFile> servers = ServerFile.in(etc, Map.of());

            assertThrows(StartException.class, () -> Preflight.free(servers));

            assertEquals(
                    List.of("safe"),
                    servers.stream()
                            .filter(ServerFile::isSecured)
                            .map(ServerFile::name)
                            .toList());
        }
    }

    @Test
    void leavesWrongEndpointsToTheNetwork() throws Exception {
        write("none", "protocol=echo");
        write("port", "endpoint=tcp://127.0.0.1:99999");
        write("free", "endpoint=tcp://127.0.0.1:0");
        write("unix", "endpoint=unix:/run/x.sock");

        Preflight.free(ServerFile.in(etc, Map.of()));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(etc.resolve("dev.turnout.server~" + name + ".cfg"), text);
    }

    private ServerFile only(String name, Map<String, String> variables) throws IOException {
        return ServerFile.in(etc, variables).stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
