// SPDX-License-Identifier: Apache-2.0
package dev.turnout.load;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.apache.felix.fileinstall.ArtifactUrlTransformer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Tells when a jar in a folder of Felix File Install is no bundle, as one that is copied in half, and keeps the bundle that was installed from this file
 * before.
 *
 * <p>File Install by itself takes a jar that is no bundle any more for one that was taken away: it uninstalls the bundle and says nothing. With this
 * service it stops the bundle, finds that there is nothing to update it with, and starts it again as it was. A jar that was never a bundle is left
 * alone. It is looked at again when it changes.
 *
 * <p>On File Install's threads, one for each folder.
 */
@Component(service = ArtifactUrlTransformer.class)
public final class JarCheck implements ArtifactUrlTransformer {

    private static final System.Logger LOG = System.getLogger("dev.turnout.load");

    private final BundleContext context;

    /** Begins to look; File Install finds the service by itself. */
    @Activate
    public JarCheck(BundleContext context) {
        this.context = context;
    }

    /** Answers true for every jar, so that File Install asks what to do with it. */
    @Override
    public boolean canHandle(File artifact) {
        return artifact.isFile() && artifact.getName().endsWith(".jar");
    }

    /**
     * Looks at a jar that is new or has changed.
     *
     * @return the jar itself if it is a bundle; if one was installed from it before, a resource that cannot be read; null otherwise
     */
    @Override
    public @Nullable URL transform(URL artifact) throws MalformedURLException, URISyntaxException {
        // File Install makes a jar of a folder, at an address of its own
        File file = artifact.getProtocol().equals("file") ? new File(artifact.toURI()) : new File(artifact.getPath());
        String fault = fault(file);
        if (fault == null) {
            return artifact;
        }
        boolean known = context.getBundle(artifact.toString()) != null;
        LOG.log(
                Level.WARNING,
                () -> file + " is no bundle: " + fault
                        + (known
                                ? "; the bundle that was installed from it is started again as it was"
                                : "; it is not installed")
                        + ". Copy it again, or take it away");
        return known ? new URL(artifact, "", new Unreadable(fault)) : null;
    }

    /** Returns why this file is no bundle, or null if it is one. */
    private static @Nullable String fault(File file) {
        try {
            Manifest manifest = manifest(file);
            if (manifest == null) {
                return "it has no " + JarFile.MANIFEST_NAME;
            }
            String name = manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            return name == null ? "its manifest has no " + Constants.BUNDLE_SYMBOLICNAME : null;
        } catch (IOException e) {
            return "it cannot be read as a jar: " + e.getMessage();
        }
    }

    private static @Nullable Manifest manifest(File file) throws IOException {
        if (!file.isDirectory()) {
            try (JarFile jar = new JarFile(file)) {
                return jar.getManifest();
            }
        }
        Path manifest = file.toPath().resolve(JarFile.MANIFEST_NAME);
        if (!Files.exists(manifest)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(manifest)) {
            return new Manifest(in);
        }
    }

    /** Fails when it is read, which is how File Install learns that there is nothing to update from. */
    private static final class Unreadable extends URLStreamHandler {

        private final String fault;

        Unreadable(String fault) {
            this.fault = fault;
        }

        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {

                @Override
                public void connect() throws IOException {
                    throw new IOException(fault);
                }

                @Override
                public InputStream getInputStream() throws IOException {
                    throw new IOException(fault);
                }
            };
        }
    }
}
