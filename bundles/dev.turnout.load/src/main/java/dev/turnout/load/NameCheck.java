// SPDX-License-Identifier: Apache-2.0
package dev.turnout.load;

import java.io.File;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.felix.fileinstall.ArtifactTransformer;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps files from File Install that would take the place of others unnoticed.
 *
 * <p>It makes one configuration of {@code a.b~x.cfg} and {@code a.b-x.cfg}: the file that is read last holds, and when it is deleted the configuration ends,
 * although the other is still there. With this service the file that was read first holds, at a start the one with the tilde, and the other is named in
 * the log. A file without a name, such as {@code dev.turnout.server.cfg}, makes a configuration that keeps all of that kind that have a name from being
 * used, so it is not read either. File Install looks at such files again when they change.
 *
 * <p>On File Install's threads, one for each folder.
 */
@Component(service = ArtifactTransformer.class, property = "service.ranking:Integer=1")
public final class NameCheck implements ArtifactTransformer {

    private static final System.Logger LOG = System.getLogger("dev.turnout.load");
    private static final String SUFFIX = ".cfg";

    /** What there are configurations with names of. */
    private static final Set<String> FACTORIES = Set.of("dev.turnout.server", "dev.turnout.filter.tls");

    private final Map<String, File> inUse = new HashMap<>();

    /** Begins to look; File Install finds the service by itself, and by its ranking asks it before it reads a configuration. */
    @Activate
    public NameCheck() {}

    /** Tells whether a file has no name, or another is to be used for the same configuration; a file that is none of ours to keep back is taken note of. */
    @Override
    public synchronized boolean canHandle(File artifact) {
        if (!artifact.getName().endsWith(SUFFIX) || !artifact.isFile()) {
            return false;
        }
        String pid = pid(artifact);
        if (FACTORIES.contains(pid)) {
            return true;
        }
        File other = inUse.get(pid);
        if (other == null || !other.isFile()) {
            other = preferred(artifact);
            inUse.put(pid, other);
        }
        return !other.equals(artifact);
    }

    /** Returns the file that is used at a start: of names that differ in signs alone, the last in alphabetical order, as the tilde comes after the minus. */
    private static File preferred(File artifact) {
        File[] same = artifact.getParentFile()
                .listFiles(each -> each.isFile()
                        && each.getName().endsWith(SUFFIX)
                        && pid(each).equals(pid(artifact)));
        return same == null
                ? artifact
                : Arrays.stream(same).max(Comparator.naturalOrder()).orElse(artifact);
    }

    /** Answers null, so that File Install leaves the file alone until it changes. */
    @Override
    public synchronized @Nullable File transform(File artifact, File temporary) {
        String pid = pid(artifact);
        LOG.log(
                Level.WARNING,
                () -> FACTORIES.contains(pid)
                        ? artifact + " is not read: it has no name. Call it " + pid + "~NAME" + SUFFIX
                        : artifact + " is not read: it names the same configuration as " + inUse.get(pid)
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
