// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.core.LogRecorder;
import java.lang.reflect.Proxy;
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
        component = new LoopsComponent(config(Map.of()), null);

        assertEquals(
                Math.min(Runtime.getRuntime().availableProcessors(), 16),
                component.loops().size());
        assertEquals("turnout-loop-0", component.next().name());
        assertSame(SelectorProvider.provider(), component.next().provider());
    }

    @Test
    void appliesDebugModeLiveAndTheCountNot() {
        component = new LoopsComponent(config(Map.of("count", 2, "thread_name", "named")), null);
        List<IoLoop> before = component.loops();

        component.modified(
                config(Map.of("count", 5, "thread_name", "named", "debug", true, "slow_callback_millis", 7L)));

        assertSame(before, component.loops());
        assertTrue(before.stream().allMatch(loop -> loop.isRunning() && loop.getDebug()));
        assertEquals(Duration.ofMillis(7), before.get(1).getSlowCallbackDuration());
        assertEquals("named-1", before.get(1).name());
        assertTrue(log.has(Level.INFO, "starts again"));
    }

    @Test
    void endsItsLoopsWithTheComponent() {
        component = new LoopsComponent(config(Map.of("count", 2)), null);
        List<IoLoop> loops = component.loops();
        assertFalse(loops.get(0).isClosed());

        component.close();

        assertTrue(loops.stream().allMatch(IoLoop::isClosed));
    }

    private static LoopsConfig config(Map<String, Object> values) {
        return (LoopsConfig) Proxy.newProxyInstance(
                LoopsConfig.class.getClassLoader(),
                new Class<?>[] {LoopsConfig.class},
                (self, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
