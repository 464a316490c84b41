// SPDX-License-Identifier: Apache-2.0
package dev.turnout.load;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files File Install is kept from reading, as they would take another's place. */
class NameCheckTest {

    private final NameCheck check = new NameCheck();

    @TempDir
    Path folder;

    @Test
    void ofTwoFilesForOneConfigurationTheFirstStaysInUse() throws Exception {
        File tilde = file("dev.turnout.server~dup.cfg");
        File minus = file("dev.turnout.server-dup.cfg");

        assertFalse(check.canHandle(tilde));
        assertTrue(check.canHandle(minus));
        assertNull(check.transform(minus, folder.toFile()));
        assertFalse(check.canHandle(tilde));
    }

    @Test
    void theSecondIsReadWhenTheFirstIsGone() throws Exception {
        File tilde = file("dev.turnout.filter.tls~dup.cfg");
        File minus = file("dev.turnout.filter.tls-dup.cfg");
        assertFalse(check.canHandle(minus));
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
