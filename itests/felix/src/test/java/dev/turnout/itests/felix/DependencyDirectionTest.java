// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;

/** Reads the wires of the running container: who really uses whose packages. */
@InFelix
public class DependencyDirectionTest {

    private static final String API = "dev.turnout.api";
    private static final String TOOLKIT = "dev.turnout.transport.nio";
    /** A filter is a transport to what is above it. */
    private static final Pattern TRANSPORT = Pattern.compile("dev\\.turnout\\.(transport|filter)\\.\\w+");

    private static final Pattern OWNS_SOCKETS =
            Pattern.compile("dev\\.turnout\\.(api|core|network|(transport|filter)\\.\\w+)");

    @Test
    public void everyArrowBetweenOurBundlesEndsAtTheApi() {
        Set<String> forbidden = new TreeSet<>();
        int read = 0;

        for (Wire wire : wires()) {
            read++;
            boolean toolkit = TRANSPORT.matcher(wire.from).matches() && wire.to.equals(TOOLKIT);
            if (wire.to.startsWith("dev.turnout.") && !wire.to.equals(API) && !toolkit) {
                forbidden.add(wire.toString());
            }
        }

        assertEquals(Set.of(), forbidden);
        assertTrue(read > 20, "read " + read + " wires only");
    }

    @Test
    public void whatOwnsSocketsIsWiredToNoForeignBundle() {
        Set<String> forbidden = new TreeSet<>();

        for (Wire wire : wires()) {
            boolean foreign = !wire.to.startsWith("dev.turnout.")
                    && !wire.to.equals("org.apache.felix.framework")
                    && !wire.to.startsWith("org.osgi.");
            if (OWNS_SOCKETS.matcher(wire.from).matches() && foreign) {
                forbidden.add(wire.toString());
            }
        }

        assertEquals(Set.of(), forbidden);
    }

    private record Wire(String from, String to, String packageName) {}

    private static List<Wire> wires() {
        List<Wire> wires = new ArrayList<>();
        for (Bundle bundle : new Inside(DependencyDirectionTest.class).context().getBundles()) {
            // this test's own helpers are no part of the product
            boolean ours = bundle.getSymbolicName().startsWith("dev.turnout.");
            if (ours) {
                BundleWiring wiring = bundle.adapt(BundleWiring.class);
                for (BundleWire wire : wiring.getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE)) {
                    wires.add(new Wire(
                            bundle.getSymbolicName(),
                            wire.getProvider().getSymbolicName(),
                            String.valueOf(
                                    wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))));
                }
            }
        }
        return wires;
    }
}
