// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.run;

import dev.turnout.bench.wire.Contexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Has the JDK's {@code keytool} make the one key pair that all servers of TLS use. One thread. */
public final class Keys {

    private Keys() {}

    /**
     * Returns the key store, made when it is first asked for.
     *
     * @param java the home of the JDK
     */
    public static Path file(Path java, Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("keys.jks");
        if (!Files.exists(file)) {
            String unused = Programs.output(
                    java.resolve("bin/keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "server",
                    "-keyalg",
                    "EC",
                    "-groupname",
                    "secp256r1",
                    "-sigalg",
                    "SHA256withECDSA",
                    "-dname",
                    "CN=localhost",
                    "-validity",
                    "30",
                    "-storetype",
                    Contexts.STORE,
                    "-storepass",
                    Contexts.PASSWORD,
                    "-keypass",
                    Contexts.PASSWORD,
                    "-keystore",
                    file.toString());
        }
        return file;
    }
}
