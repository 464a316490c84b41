// SPDX-License-Identifier: Apache-2.0
package dev.turnout.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** What File Install is told about jars, beside a real framework that has installed some. */
class JarCheckTest {

    private static final String SYMBOLIC_NAME = "Bundle-SymbolicName";

    @TempDir
    Path folder;

    private Framework framework;
    private JarCheck check;

    @BeforeEach
    void startFramework() throws Exception {
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE, folder.resolve("cache").toString()));
        framework.start();
        check = new JarCheck(framework.getBundleContext());
    }

    @AfterEach
    void stopFramework() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    @Test
    void aBundleIsTakenAsItIs() throws Exception {
        Path jar = jar("a name with blanks.jar", SYMBOLIC_NAME);

        URL transformed = check.transform(url(jar));

        assertEquals(url(jar).toString(), String.valueOf(transformed));
    }

    @Test
    void whatWasNeverABundleIsLeftAlone() throws Exception {
        Path text = Files.writeString(folder.resolve("text.jar"), "no jar at all");

        assertNull(check.transform(url(text)));
        assertNull(check.transform(url(jar("plain.jar", "Main-Class"))));
    }

    @Test
    void whatWasABundleTellsWhyItCannotBeRead() throws Exception {
        Path jar = jar("x.jar", SYMBOLIC_NAME);
        BundleContext context = framework.getBundleContext();
        context.installBundle(url(jar).toString());
        Files.write(jar, Arrays.copyOf(Files.readAllBytes(jar), 40));

        URL transformed = check.transform(url(jar));

        assertNotNull(transformed);
        assertEquals(url(jar).toString(), transformed.toString());
        IOException failure = assertThrows(IOException.class, transformed::openStream);
        assertTrue(failure.getMessage().startsWith("it cannot be read as a jar: "), failure::getMessage);
    }

    @Test
    void onlyJarsAreLookedAt() throws Exception {
        Path other = Files.writeString(folder.resolve("dev.turnout.server~x.cfg"), "");

        assertTrue(check.canHandle(jar("x.jar", SYMBOLIC_NAME).toFile()));
        assertFalse(check.canHandle(other.toFile()));
        assertFalse(check.canHandle(
                Files.createDirectory(folder.resolve("folder.jar")).toFile()));
    }

    @Test
    void aFolderIsLookedAtByItsManifest() throws Exception {
        Path exploded = Files.createDirectories(folder.resolve("x/META-INF")).getParent();
        URL installed = new URL(null, "jardir:" + exploded, new URLStreamHandler() {
            @Override
            protected URLConnection openConnection(URL url) {
                throw new AssertionError("File Install reads it");
            }
        });

        assertNull(check.transform(installed));

        Files.writeString(exploded.resolve(JarFile.MANIFEST_NAME), SYMBOLIC_NAME + ": org.example.x\n");
        assertEquals(installed, check.transform(installed));
    }

    private static URL url(Path file) throws IOException {
        return file.toUri().toURL();
    }

    private Path jar(String name, String attribute) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue(attribute, "org.example.x");
        Path jar = folder.resolve(name);
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        return jar;
    }
}
