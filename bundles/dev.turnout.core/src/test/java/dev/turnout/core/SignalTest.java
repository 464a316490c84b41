// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.testkit.Spec;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signals of the process; WINCH is one whose default is to be ignored. */
class SignalTest extends LoopFixture {

    @BeforeEach
    void onlyWhereThereAreSignals() {
        Assumptions.assumeFalse(
                System.getProperty("os.name").startsWith("Windows"), "Windows has no signal to try this with");
    }

    @Test
    @Spec({"SIG-1", "SIG-2"})
    void aSignalWakesTheLoopAndRunsTheCallbackOnItsThread() throws Exception {
        Thread self = Thread.currentThread();
        loop.addSignalHandler("WINCH", () -> {
            trace.add(Thread.currentThread());
            loop.stop();
        });
        Thread raiser = new Thread(() -> {
            await(() -> loop.isRunning() && ThreadsafeTest.isInSelect(self));
            raise();
        });
        raiser.start();

        loop.runForever();

        join(raiser);
        assertEquals(List.of(self), trace);
    }

    @Test
    @Spec("SIG-3")
    void aSecondHandlerReplacesTheFirst() {
        loop.addSignalHandler("WINCH", () -> trace.add("first"));
        loop.addSignalHandler("WINCH", () -> trace.add("second"));
        raise();

        runUntil(() -> !trace.isEmpty());

        assertEquals(List.of("second"), trace);
        assertTrue(loop.removeSignalHandler("WINCH"));
        assertFalse(loop.removeSignalHandler("WINCH"));
    }

    @Test
    @Spec({"SIG-4", "JAVA-10"})
    void unknownAndUncatchableSignalsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> loop.addSignalHandler("KILL", () -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.addSignalHandler("NOSUCH", () -> {}));
        assertThrows(IllegalArgumentException.class, () -> loop.addSignalHandler("", () -> {}));
    }

    @Test
    @Spec("SIG-5")
    void closeRestoresTheFormerHandling() {
        var other = EventLoops.newEventLoop("other");
        loop.addSignalHandler("WINCH", () -> trace.add("former"));
        other.addSignalHandler("WINCH", () -> trace.add("other"));
        other.addSignalHandler("WINCH", () -> trace.add("other again"));

        other.close();
        raise();

        runUntil(() -> !trace.isEmpty());
        assertEquals(List.of("former"), trace);
    }

    private static void raise() {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            type.getMethod("raise", type)
                    .invoke(null, type.getConstructor(String.class).newInstance("WINCH"));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
