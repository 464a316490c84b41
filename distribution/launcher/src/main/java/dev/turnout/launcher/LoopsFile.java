// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/**
 * Is the configuration of the loops, which count when the loops start: before the file installer, which comes last, brings all other files. It takes
 * this one over, too.
 */
final class LoopsFile {

    private static final String PID = "dev.turnout.loops";
    private static final String ADMIN = "org.osgi.service.cm.ConfigurationAdmin";
    private static final String CONFIGURATION = "org.osgi.service.cm.Configuration";

    private LoopsFile() {}

    /** Hands the file, if there is one, to Configuration Admin; by reflection, as its types live in a bundle. */
    static void hand(Path etc, Map<String, String> variables, BundleContext context) throws IOException {
        Path file = etc.resolve(PID + ".cfg");
        ServiceReference<?> reference = context.getServiceReference(ADMIN);
        if (!Files.exists(file) || reference == null) {
            return;
        }
        Dictionary<String, Object> properties = read(file, variables);
        try {
            Object admin = context.getService(reference);
            Object configuration = reference
                    .getBundle()
                    .loadClass(ADMIN)
                    .getMethod("getConfiguration", String.class, String.class)
                    .invoke(admin, PID, "?");
            reference
                    .getBundle()
                    .loadClass(CONFIGURATION)
                    .getMethod("update", Dictionary.class)
                    .invoke(configuration, properties);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("service " + ADMIN + " is not what this launcher was built for", e);
        } finally {
            context.ungetService(reference);
        }
    }

    private static Dictionary<String, Object> read(Path file, Map<String, String> variables) throws IOException {
        Properties properties = ConfigurationFile.read(file);
        Map<String, Object> values = new HashMap<>();
        for (String name : properties.stringPropertyNames()) {
            values.put(name, ConfigurationFile.replaceVariables(properties.getProperty(name), variables));
        }
        values.put("felix.fileinstall.filename", file.toAbsolutePath().toUri().toString());
        return FrameworkUtil.asDictionary(values);
    }
}
