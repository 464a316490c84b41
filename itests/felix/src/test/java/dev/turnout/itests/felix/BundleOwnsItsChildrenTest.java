// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.felix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.network.dto.ConnectionDTO;
import dev.turnout.itests.support.Await;
import dev.turnout.itests.support.BundleJar;
import dev.turnout.itests.support.InFelix;
import dev.turnout.itests.support.Inside;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

/** Children, and what has come of them, end with the bundle that started them. */
@InFelix
public class BundleOwnsItsChildrenTest {

    private static final String GUEST = "org.example.parent";

    @Test
    public void noDescendantOutlivesTheBundleThatStartedIt() throws Exception {
        Inside inside = new Inside(getClass());
        Bundle guest = inside.context().installBundle("test:parent", BundleJar.of(GUEST, ParentGuest.class));
        guest.start();
        String[] shown = Await.value("the guest's child", () -> child(inside), Optional::isPresent)
                .orElseThrow()
                .peer
                .split(" ", 3);
        ProcessHandle child = ProcessHandle.of(Long.parseLong(shown[1])).orElseThrow();
        List<ProcessHandle> descendants =
                Await.value("the child's own child", () -> child.descendants().toList(), list -> !list.isEmpty());

        guest.stop();

        Await.until("the child to end", () -> !child.isAlive());
        for (ProcessHandle descendant : descendants) {
            Await.until("process " + descendant.pid() + " to end", () -> !descendant.isAlive());
        }
        assertEquals("/bin/sh", shown[2]);
        assertTrue(child(inside).isEmpty());
        guest.uninstall();
    }

    private static Optional<ConnectionDTO> child(Inside inside) throws Exception {
        return Arrays.stream(inside.snapshot().connections)
                .filter(connection -> connection.bundle.startsWith(GUEST))
                .findFirst();
    }
}
