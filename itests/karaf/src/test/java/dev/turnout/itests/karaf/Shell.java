// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** Is Karaf's shell, for tests that run inside Karaf. */
final class Shell {

    private static final String ESCAPES = "\u001b\\[[;\\d]*m";

    private Shell() {}

    /** Runs a command and returns what it prints. */
    static String run(String command) throws Exception {
        BundleContext context = FrameworkUtil.getBundle(Shell.class).getBundleContext();
        SessionFactory shell = context.getService(Until.holds(
                        "Karaf has its shell",
                        () -> Optional.ofNullable(context.getServiceReference(SessionFactory.class)),
                        Optional::isPresent)
                .orElseThrow());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Session session = shell.create(new ByteArrayInputStream(new byte[0]), out, out);
        try {
            session.execute(command);
        } finally {
            session.close();
        }
        out.flush();
        return bytes.toString(StandardCharsets.UTF_8).replaceAll(ESCAPES, "");
    }

    /** Returns the log of the Karaf that this runs in. */
    static Path log() {
        return Path.of(System.getProperty("karaf.data"), "log", "karaf.log");
    }
}
