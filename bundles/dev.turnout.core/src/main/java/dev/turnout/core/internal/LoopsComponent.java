// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.api.spi.Logs;
import dev.turnout.core.Loops;
import java.lang.System.Logger.Level;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Publishes the container's loops.
 *
 * <p>A selector provider that is there at the start is used; one that comes later waits for the next start, since new loops would cost all connections.
 */
@Component(configurationPid = LoopsConfig.PID, service = LoopGroup.class)
@Designate(ocd = LoopsConfig.class)
public final class LoopsComponent implements LoopGroup {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");
    private static final int MAX_DEFAULT_COUNT = 16;

    private final Loops loops;
    private final int count;
    private final String threadName;
    private volatile Duration shutdownTimeout;

    /** Starts the loops. */
    @Activate
    public LoopsComponent(
            Map<String, Object> properties,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.RELUCTANT)
                    @Nullable
                    SelectorProvider provider) {
        LoopsSettings settings = LoopsSettings.read(properties);
        count = countOf(settings);
        threadName = settings.threadName();
        shutdownTimeout = settings.shutdownTimeout();
        loops = new Loops(count, threadName, provider == null ? SelectorProvider.provider() : provider);
        applyLive(settings);
    }

    /** Applies what can change while connections are open; the rest waits for the next start. */
    @Modified
    void modified(Map<String, Object> properties) {
        LoopsSettings settings = LoopsSettings.read(properties);
        shutdownTimeout = settings.shutdownTimeout();
        applyLive(settings);
        if (countOf(settings) != count || !settings.threadName().equals(threadName)) {
            LOG.log(
                    Level.INFO,
                    "{0}: count and thread.name apply when the core bundle starts again; all else applies now",
                    LoopsConfig.PID);
        }
    }

    @Deactivate
    void close() {
        loops.close(shutdownTimeout);
    }

    @Override
    public List<IoLoop> loops() {
        return loops.loops();
    }

    @Override
    public IoLoop next() {
        return loops.next();
    }

    private void applyLive(LoopsSettings settings) {
        for (IoLoop loop : loops.loops()) {
            loop.setSlowCallbackDuration(settings.slowCallback());
            loop.setDebug(settings.debug());
        }
    }

    private static int countOf(LoopsSettings settings) {
        return settings.count() > 0
                ? settings.count()
                : Math.min(Runtime.getRuntime().availableProcessors(), MAX_DEFAULT_COUNT);
    }
}
