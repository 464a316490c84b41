// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import dev.turnout.itests.support.BundleJar;
import dev.turnout.itests.swap.inside.ControlActivator;
import dev.turnout.itests.swap.inside.SwapActivator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Makes the bundles that the test installs. */
final class Bundles {

    /** The symbolic name of the protocol's bundle in all its versions. */
    static final String SWAP = "swap";

    private static final String INSIDE = SwapActivator.class.getPackageName();
    private static final String UNRELATED = "swap.unrelated";

    private final Path folder;

    Bundles(Path folder) {
        this.folder = folder;
    }

    /** Makes a version that knows both versions of the state. */
    Path swap(int number) throws IOException {
        return swap(number, 2, 0, "");
    }

    /** Makes a version that knows the older version of the state alone. */
    Path older(int number) throws IOException {
        return swap(number, 1, 0, "");
    }

    /** Makes a version that fails to take over one connection in a hundred. */
    Path failing(int number) throws IOException {
        return swap(number, 2, 100, "");
    }

    /** Makes a version that does not resolve. */
    Path unresolved(int number) throws IOException {
        return swap(number, 2, 0, ",nobody.exports.this");
    }

    private Path swap(int number, int highest, int failsOneIn, String imports) throws IOException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Bundle-Activator", SwapActivator.class.getName());
        headers.put(
                "Import-Package",
                "org.osgi.framework,dev.turnout.api.loop,dev.turnout.api.protocol,dev.turnout.api.transport,"
                        + UNRELATED + imports);
        headers.put("Swap-Build", Integer.toString(number));
        headers.put("Swap-Ranking", Integer.toString(number));
        headers.put("Swap-Lowest", "1");
        headers.put("Swap-Highest", Integer.toString(highest));
        headers.put("Swap-Fails-One-In", Integer.toString(failsOneIn));
        String[] classes = {
            "SwapActivator", "SwapProtocol", "SwapDatagrams", "SwapChild", "Conversation", "Build", "Frames"
        };
        return write(SWAP + number, BundleJar.of(SWAP, "1.0." + number, headers, classes(classes)));
    }

    /** Makes the bundle that says what happens inside, and does what it is told. */
    Path control() throws IOException {
        Map<String, String> headers = Map.of(
                "Bundle-Activator",
                ControlActivator.class.getName(),
                "Import-Package",
                "org.osgi.framework,org.osgi.framework.wiring,org.osgi.dto,javax.management,"
                        + "dev.turnout.api.loop,dev.turnout.api.network,dev.turnout.api.network.dto,"
                        + "dev.turnout.api.protocol,dev.turnout.api.transport");
        String[] classes = {"ControlActivator", "Children", "SwapChild", "Conversation", "Build", "Frames"};
        return write("control", BundleJar.of("swap.control", "1.0.0", headers, classes(classes)));
    }

    /** Makes the bundle whose refresh takes the protocol's bundle along. */
    Path unrelated(int number) throws IOException {
        return write("unrelated" + number, BundleJar.foreign(UNRELATED, "1.0." + number, UNRELATED));
    }

    private static Class<?>[] classes(String... names) {
        Class<?>[] classes = new Class<?>[names.length];
        for (int i = 0; i < names.length; i++) {
            try {
                classes[i] = Class.forName(INSIDE + "." + names[i]);
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("compiled with this class", e);
            }
        }
        return classes;
    }

    private Path write(String name, InputStream bundle) throws IOException {
        Path file = folder.resolve(name + ".jar");
        try (bundle) {
            Files.copy(bundle, file);
        }
        return file;
    }
}
