// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.distribution;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.itests.support.Container;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the container says of servers that answer nobody when it has started. */
class AnnouncementTest {

    @Test
    void saysOfEachServerThatDoesNotServeWhy() throws Exception {
        try (Container container = Container.prepare()) {
            String anywhere = "endpoint=tcp://127.0.0.1:0";
            container.configure("refusing", anywhere, "protocol=nobodys", "absence=refuse");
            container.configure("parking", anywhere, "protocol=nobodys");
            container.configure("bound", anywhere, "protocol=echo", "start.serving=false");
            container.configure("broken", "endpoint=\\u00zz", "protocol=echo");
            Files.createDirectory(container.file("folder"));

            container.launch(List.of());
            container.awaitServing();

            assertSays(
                    container, "not serving yet: refusing: tcp://127.0.0.1:0 is refusing until its protocol is there");
            assertSays(container, "not serving yet: parking: tcp://127.0.0.1:\\d+ is waiting for its protocol");
            assertSays(container, "not serving yet: bound: tcp://127.0.0.1:\\d+ is bound");
            assertSays(container, "not open: broken: .*broken.cfg is no properties file: .*");
            assertSays(container, "  echo +tcp://127.0.0.1:\\d+ +try: nc .*");
            assertFalse(container.lines().stream().anyMatch(line -> line.matches("  (bound|parking|refusing) .*")));
        }
    }

    private static void assertSays(Container container, String line) {
        List<String> lines = container.lines();
        assertTrue(lines.stream().anyMatch(said -> said.matches(line)), () -> "no line " + line + " in " + lines);
    }
}
