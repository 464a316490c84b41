// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.support;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.osgi.framework.BundleActivator;

/** Makes small bundles of classes that a test brings along. */
public final class BundleJar {

    private BundleJar() {}

    /** Returns a bundle with one class, its activator, which may use the API and the framework's packages. */
    public static InputStream of(String symbolicName, Class<? extends BundleActivator> activator) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", symbolicName);
        headers.putValue("Bundle-Version", "1.0.0");
        headers.putValue("Bundle-Activator", activator.getName());
        headers.putValue(
                "Import-Package",
                "org.osgi.framework,dev.turnout.api.loop,dev.turnout.api.network,"
                        + "dev.turnout.api.protocol,dev.turnout.api.transport");
        return of(manifest, activator);
    }

    /** Returns a bundle that exports a package of its own and imports nothing. */
    public static InputStream foreign(String symbolicName, String version, String exported) throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", symbolicName);
        headers.putValue("Bundle-Version", version);
        headers.putValue("Export-Package", exported + ";version=\"" + version + "\"");
        return of(manifest);
    }

    /** Returns a bundle with these headers and classes; the headers that every bundle has are added. */
    public static InputStream of(String symbolicName, String version, Map<String, String> more, Class<?>... classes)
            throws IOException {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", symbolicName);
        headers.putValue("Bundle-Version", version);
        more.forEach(headers::putValue);
        return of(manifest, classes);
    }

    private static InputStream of(Manifest manifest, Class<?>... classes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            for (Class<?> type : classes) {
                String path = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new ZipEntry(path));
                try (InputStream code = type.getClassLoader().getResourceAsStream(path)) {
                    if (code == null) {
                        throw new IOException("no resource " + path);
                    }
                    code.transferTo(jar);
                }
                jar.closeEntry();
            }
        }
        return new ByteArrayInputStream(bytes.toByteArray());
    }
}
