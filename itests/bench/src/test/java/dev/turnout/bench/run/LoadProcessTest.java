// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.bench.load.Order;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The moments of a run. */
class LoadProcessTest {

    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the bench reads /proc")
    void measuresNothingThatCouldNotBePrepared() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), closed.getLocalPort());
        }
        Launch launch = Launch.of(
                Path.of(System.getProperty("java.home")), System.getProperty("java.class.path"), "", Cores.choose(""));
        List<String> came = new ArrayList<>();

        try (LoadProcess load = new LoadProcess(launch, folder)) {
            IOException failure = assertThrows(
                    IOException.class,
                    () -> load.run(
                            new Order("echo", nobody, 64, 2, 1, 0.1, 0),
                            () -> came.add("prepared"),
                            () -> came.add("measured")));

            assertTrue(String.valueOf(failure.getMessage()).contains("the load generator found"), failure::toString);
        }
        assertEquals(List.of(), came);
    }
}
