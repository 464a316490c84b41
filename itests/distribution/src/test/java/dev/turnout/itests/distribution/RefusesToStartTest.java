// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.turnout.itests.support.Container;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the container says, in one line, when it cannot start. */
class RefusesToStartTest {

    private Container container;

    @BeforeEach
    void prepare() throws Exception {
        container = Container.prepare();
    }

    @AfterEach
    void close() throws Exception {
        container.close();
    }

    @Test
    void busyPort() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(other.getLocalPort());

            container.launch(List.of(), "--line-port", port);

            assertRefusal(1, "port " + port, "server line", "--line-port N");
        }
    }

    @Test
    void busyPortOfDatagrams() throws Exception {
        try (DatagramSocket other = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(other.getLocalPort());

            container.launch(List.of(), "--udp-port", port);

            assertRefusal(1, "port " + port, "server udp", "--udp-port N");
        }
    }

    @Test
    void fileInPlaceOfTheDataFolder() throws Exception {
        Files.writeString(container.data(), "no folder");

        container.launch(List.of());

        assertRefusal(1, "cannot write to folder " + container.data(), "--data DIR");
    }

    @Test
    void dataFolderThatNobodyMayWriteTo() throws Exception {
        Path folder = Files.createDirectory(container.data());
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(folder), "this user may write to every folder, as root may");

        container.launch(List.of());

        assertRefusal(1, "cannot write to folder " + folder, "--data DIR");
    }

    @Test
    void missingFolderOfConfigurations() throws Exception {
        Path missing = container.etc().resolve("missing");

        container.launch(List.of(), "--etc", missing.toString());

        assertRefusal(1, "cannot read folder " + missing, "--etc DIR");
    }

    @Test
    void folderWhosePathWouldBeTakenForTwo() throws Exception {
        Path folder = Files.createDirectory(container.etc().resolve("a,b"));

        container.launch(List.of(), "--etc", folder.toString());

        assertRefusal(1, "cannot use folder " + folder, "','", "--etc DIR");
    }

    @Test
    void dataFolderOfAnotherProcess() throws Exception {
        container.launch(List.of());
        container.awaitServing();

        try (Container second = Container.prepare()) {
            second.launch(List.of(), "--data", container.data().toString());

            assertRefusal(second, 1, "another process runs in folder " + container.data(), "--data DIR");
        }
    }

    @Test
    void unknownOption() throws Exception {
        container.launch(List.of(), "--colour");

        assertRefusal(2, "\"--colour\"", "--help");
    }

    @Test
    void optionWithAWrongValue() throws Exception {
        container.launch(List.of(), "--echo-port", "many");

        assertRefusal(2, "--echo-port takes a port from 0 to 65535", "\"many\"");
    }

    @Test
    void javaThatIsTooOld() throws Exception {
        Path bin = Files.createDirectories(container.etc().resolve("old/bin"));
        Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));

        container.launchWith(bin.getParent(), List.of());

        assertRefusal(1, java + " is Java 11", "install Java 17 or later", "JAVA_HOME");
    }

    private void assertRefusal(int status, String... parts) throws InterruptedException {
        assertRefusal(container, status, parts);
    }

    private static void assertRefusal(Container refusing, int status, String... parts) throws InterruptedException {
        int exitCode = refusing.exitCode();
        List<String> lines = refusing.lines();

        assertEquals(1, lines.size(), () -> String.join("\n", lines));
        for (String part : parts) {
            assertTrue(lines.get(0).contains(part), () -> lines.get(0) + "\ndoes not say: " + part);
        }
        assertEquals(status, exitCode);
    }
}
