// SPDX-License-Identifier: Apache-2.0
package dev.turnout.load;

import java.io.File;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import org.apache.felix.fileinstall.ArtifactTransformer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps a second file from taking the place of a configuration unnoticed.
 *
 * <p>File Install makes one configuration of {@code a.b~x.cfg} and {@code a.b-x.cfg}: the file that is read last holds, and when it is deleted the
 * configuration ends, although the other is still there. With this service the file that was read first holds, and the other is named in the log. File
 * Install looks at that one again when it changes.
 *
 * <p>On File Install's threads, one for each folder.
 */
@Component(service = ArtifactTransformer.class, property = "service.ranking:Integer=1")
public final class NameCheck implements ArtifactTransformer {

    private static final System.Logger LOG = System.getLogger("dev.turnout.load");
    private static final String SUFFIX = ".cfg";

    private final Map<String, File> inUse = new HashMap<>();

    /** Begins to look; File Install finds the service by itself, and by its ranking asks it before it reads a configuration. */
    @Activate
    public NameCheck() {}

    /** Tells whether another file is in use for the same configuration; a file that is none of ours to keep back is taken note of. */
    @Override
    public synchronized boolean canHandle(File artifact) {
        if (!artifact.getName().endsWith(SUFFIX) || !artifact.isFile()) {
            return false;
        }
        File other = inUse.get(pid(artifact));
        if (other != null && !other.equals(artifact) && other.isFile()) {
            return true;
        }
        inUse.put(pid(artifact), artifact);
        return false;
    }

    /** Answers null, so that File Install leaves the file alone until it changes. */
    @Override
    public synchronized @Nullable File transform(File artifact, File temporary) {
        LOG.log(
                Level.WARNING,
                () -> artifact + " is not read: it names the same configuration as " + inUse.get(pid(artifact))
                        + ", which stays in use. Give it another name, or take that one away and write this one anew");
        return null;
    }

    /** Returns the PID that File Install gives to a file: to it the name of a factory ends at the first minus sign. */
    private static String pid(File file) {
        String base = file.getName().substring(0, file.getName().length() - SUFFIX.length());
        int minus = base.indexOf('-');
        return minus > 0 ? base.substring(0, minus) + "~" + base.substring(minus + 1) : base;
    }
}
