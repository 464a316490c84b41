// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.core.LoopFixture;
import dev.turnout.testkit.Spec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A runtime without signal handlers. */
class SignalsTest extends LoopFixture {

    @Test
    @Spec({"SIG-6", "JAVA-11"})
    void failsAsNotSupportedWhereThereAreNoHandlersAndDisturbsNothingElse() {
        Signals signals = new Signals((SelectorLoop) loop, new ClassLoader(null) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                throw new ClassNotFoundException(name);
            }
        });

        UnsupportedOperationException e =
                assertThrows(UnsupportedOperationException.class, () -> signals.add("HUP", () -> {}));

        assertTrue(e.getMessage().contains("no signal handlers"), e.getMessage());
        assertFalse(signals.remove("HUP"));
        signals.close();
        loop.callSoon(() -> trace.add("works"));
        runTurns(1);
        assertEquals(List.of("works"), trace);
    }
}
