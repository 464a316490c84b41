// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

@InFelix
public class BundlesResolveTest {

    @Test
    public void everyBundleIsActive() {
        Inside inside = new Inside(getClass());

        List<String> others = Arrays.stream(inside.context().getBundles())
                .filter(bundle -> bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null)
                .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                .map(Object::toString)
                .toList();

        assertEquals(List.of(), others);
    }

    @Test
    public void everyBundleOfTurnoutIsThere() {
        Inside inside = new Inside(getClass());

        List<String> names = Arrays.stream(inside.context().getBundles())
                .map(Bundle::getSymbolicName)
                .toList();

        assertTrue(
                names.containsAll(List.of(
                        "dev.turnout.api",
                        "dev.turnout.core",
                        "dev.turnout.filter.tls",
                        "dev.turnout.network",
                        "dev.turnout.protocol.echo",
                        "dev.turnout.protocol.line",
                        "dev.turnout.shell",
                        "dev.turnout.transport.nio",
                        "dev.turnout.transport.pipe",
                        "dev.turnout.transport.process",
                        "dev.turnout.transport.tcp",
                        "dev.turnout.transport.udp",
                        "dev.turnout.transport.unix")),
                names.toString());
    }
}
