// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.turnout.itests.support.Client;
import dev.turnout.itests.support.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The configuration of the loops, which must be there before they start. */
class LoopsFileTest {

    @Test
    void saysHowManyLoopsThereAreAndHowTheirThreadsAreNamed() throws Exception {
        try (Container container = Container.prepare()) {
            Files.writeString(
                    container.etc().resolve("dev.turnout.loops.cfg"), "count = ${loops:-3}\nthread.name = probe\n");

            container.launch(List.of());
            container.awaitServing();
            try (Client client = Client.tcp(container.port("echo"))) {
                assertEquals("1", client.exchange("1"));
            }

            assertEquals(List.of("probe-0", "probe-1", "probe-2"), loopThreads(container.pid()));
        }
    }

    @Test
    void isReportedWhereItIsWrong() throws Exception {
        try (Container container = Container.prepare()) {
            Path file = container.etc().resolve("dev.turnout.loops.cfg");
            Files.writeString(file, "count = many\n");

            container.launch(List.of());

            container.awaitLine(
                    "what is wrong",
                    line -> line.contains(file + ": count=many is not legal: expected a whole number"));
            container.awaitServing();
        }
    }

    private static List<String> loopThreads(long pid) throws IOException {
        Path tasks = Path.of("/proc/" + pid + "/task");
        assumeTrue(Files.isDirectory(tasks), "threads are listed in /proc, which is not here");
        List<String> names = new ArrayList<>();
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                names.add(Files.readString(thread.resolve("comm")).strip());
            }
        }
        return names.stream().filter(name -> name.matches("probe-\\d")).sorted().toList();
    }
}
