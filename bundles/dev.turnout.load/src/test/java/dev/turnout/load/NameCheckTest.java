// SPDX-License-Identifier: Apache-2.0
package dev.turnout.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.LogCapture;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files File Install is kept from reading, as they would take another's place. */
class NameCheckTest {

    private final NameCheck check = new NameCheck();

    @TempDir
    Path folder;

    @Test
    void ofTwoFilesForOneConfigurationTheFirstStaysInUse() throws Exception {
        File minus = file("dev.turnout.server-dup.cfg");
        assertFalse(check.canHandle(minus));
        File tilde = file("dev.turnout.server~dup.cfg");

        assertTrue(check.canHandle(tilde));
        assertNull(check.transform(tilde, folder.toFile()));
        assertFalse(check.canHandle(minus));
    }

    @Test
    void atAStartTheOneWithTheTildeIsUsed() throws Exception {
        File tilde = file("dev.turnout.server~dup.cfg");
        File minus = file("dev.turnout.server-dup.cfg");

        assertTrue(check.canHandle(minus));
        assertFalse(check.canHandle(tilde));
        assertTrue(check.canHandle(minus));
    }

    @Test
    void aServerOrContextWithoutANameIsNotRead() throws Exception {
        try (LogCapture log = new LogCapture()) {
            for (String kind : List.of("dev.turnout.server", "dev.turnout.filter.tls")) {
                File nameless = file(kind + ".cfg");
                assertTrue(check.canHandle(nameless));
                assertNull(check.transform(nameless, folder.toFile()));
                assertEquals(1, log.warnings("it has no name. Call it " + kind + "~NAME.cfg"));
            }
        }
        assertFalse(check.canHandle(file("dev.turnout.loops.cfg")));
    }

    @Test
    void theSecondIsReadWhenTheFirstIsGone() throws Exception {
        File minus = file("dev.turnout.filter.tls-dup.cfg");
        assertFalse(check.canHandle(minus));
        File tilde = file("dev.turnout.filter.tls~dup.cfg");
        assertTrue(check.canHandle(tilde));

        Files.delete(minus.toPath());

        assertFalse(check.canHandle(tilde));
        assertTrue(check.canHandle(file(minus.getName())));
    }

    @Test
    void aMinusSignInANameIsAsMuchAsATilde() throws Exception {
        assertFalse(check.canHandle(file("dev.turnout.server~a-b.cfg")));
        assertTrue(check.canHandle(file("dev.turnout.server~a~b.cfg")));
        assertFalse(check.canHandle(file("dev.turnout.server-a-b.cfg")));
        assertFalse(check.canHandle(file("dev.turnout.server-a~b-c.cfg")));
    }

    @Test
    void nothingElseIsKeptBack() throws Exception {
        assertFalse(check.canHandle(file("a~x.cfg")));
        assertFalse(check.canHandle(file("a-x.jar")));
        assertFalse(
                check.canHandle(Files.createDirectory(folder.resolve("a-x.cfg")).toFile()));
    }

    private File file(String name) throws IOException {
        return Files.writeString(folder.resolve(name), "").toFile();
    }
}
