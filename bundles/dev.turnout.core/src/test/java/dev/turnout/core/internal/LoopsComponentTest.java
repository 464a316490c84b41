// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.core.LogRecorder;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The loops as a container configures them. */
class LoopsComponentTest {

    private final LogRecorder log = new LogRecorder("dev.turnout.core");
    private LoopsComponent component;

    @AfterEach
    void close() {
        component.close();
        log.close();
    }

    @Test
    void makesOneLoopPerProcessorUnlessTold() {
        component = new LoopsComponent(Map.of(), null);

        assertEquals(
                Math.min(Runtime.getRuntime().availableProcessors(), 16),
                component.loops().size());
        assertEquals("turnout-loop-0", component.next().name());
        assertSame(SelectorProvider.provider(), component.next().provider());
    }

    @Test
    void appliesDebugModeLiveAndTheCountNot() {
        component = new LoopsComponent(Map.of("count", 2, "thread.name", "named"), null);
        List<IoLoop> before = component.loops();

        component.modified(Map.of("count", 5, "thread.name", "named", "debug", true, "slow.callback.millis", 7L));

        assertSame(before, component.loops());
        assertTrue(before.stream().allMatch(loop -> loop.isRunning() && loop.getDebug()));
        assertEquals(Duration.ofMillis(7), before.get(1).getSlowCallbackDuration());
        assertEquals("named-1", before.get(1).name());
        assertTrue(log.has(Level.INFO, "starts again"));
    }

    @Test
    void endsItsLoopsWithTheComponent() {
        component = new LoopsComponent(Map.of("count", 2), null);
        List<IoLoop> loops = component.loops();
        assertFalse(loops.get(0).isClosed());

        component.close();

        assertTrue(loops.stream().allMatch(IoLoop::isClosed));
    }

    @Test
    void aWrongValueIsReportedAndItsDefaultHolds() {
        component = new LoopsComponent(
                Map.of("count", "many", "debug", "true", "felix.fileinstall.filename", "file:/etc/x.cfg"), null);

        assertEquals(
                Math.min(Runtime.getRuntime().availableProcessors(), 16),
                component.loops().size());
        assertTrue(component.next().getDebug());
        assertTrue(log.has(Level.WARNING, "file:/etc/x.cfg: count=many is not legal: expected a whole number from 0"));
    }

    @Test
    void anUnknownPropertyIsReported() {
        component = new LoopsComponent(
                Map.of(
                        "cout",
                        3,
                        "count",
                        1,
                        "thread.name",
                        "x",
                        "service.pid",
                        "dev.turnout.loops",
                        "component.name",
                        "x",
                        ".internal",
                        "x",
                        "felix.fileinstall.filename",
                        "file:/etc/x.cfg"),
                null);

        assertTrue(log.has(
                Level.WARNING,
                "file:/etc/x.cfg: unknown property \"cout\"; known: count, debug, shutdown.timeout.seconds,"
                        + " slow.callback.millis, thread.name"));
        assertFalse(log.has(Level.WARNING, "property \"service"));
        assertFalse(log.has(Level.WARNING, "property \"component"));
        assertFalse(log.has(Level.WARNING, "property \"thread"));
    }

    @Test
    void toolsAreToldTheDefaultsThatHold() throws Exception {
        component = new LoopsComponent(Map.of(), null);
        LoopsSettings defaults = LoopsSettings.read(Map.of());

        assertEquals(LoopsConfig.class.getDeclaredMethod("count").getDefaultValue(), defaults.count());
        assertEquals(LoopsConfig.class.getDeclaredMethod("thread_name").getDefaultValue(), defaults.threadName());
        assertEquals(LoopsConfig.class.getDeclaredMethod("debug").getDefaultValue(), defaults.debug());
        assertEquals(
                LoopsConfig.class.getDeclaredMethod("slow_callback_millis").getDefaultValue(),
                defaults.slowCallback().toMillis());
        assertEquals(
                LoopsConfig.class.getDeclaredMethod("shutdown_timeout_seconds").getDefaultValue(),
                defaults.shutdownTimeout().toSeconds());
    }
}
