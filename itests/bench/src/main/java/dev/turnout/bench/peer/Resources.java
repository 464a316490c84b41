// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.peer;

import dev.turnout.bench.server.Address;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Copies servers that are no classes to files, once. One thread. */
final class Resources {

    private static @Nullable Path folder;

    private Resources() {}

    static Path file(String name) throws IOException {
        Path into = folder;
        if (into == null) {
            into = Files.createTempDirectory("turnout-bench-servers");
            into.toFile().deleteOnExit();
            folder = into;
        }
        Path file = into.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream source = Address.class.getResourceAsStream(name)) {
                Files.copy(Objects.requireNonNull(source, name), file);
            }
            file.toFile().deleteOnExit();
        }
        return file;
    }
}
