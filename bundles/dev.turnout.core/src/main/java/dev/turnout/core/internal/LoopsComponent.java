// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.LoopGroup;
import dev.turnout.core.Loops;
import java.lang.System.Logger.Level;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
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

    private static final System.Logger LOG = System.getLogger("dev.turnout.core");
    private static final int MAX_DEFAULT_COUNT = 16;

    private final Loops loops;
    private final int count;
    private final String threadName;
    private volatile Duration shutdownTimeout;

    /** Starts the loops. */
    @Activate
    public LoopsComponent(
            LoopsConfig config,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.RELUCTANT)
                    @Nullable
                    SelectorProvider provider) {
        count = countOf(config);
        threadName = config.thread_name();
        shutdownTimeout = Duration.ofSeconds(config.shutdown_timeout_seconds());
        loops = new Loops(count, threadName, provider == null ? SelectorProvider.provider() : provider);
        applyLive(config);
    }

    /** Applies what can change while connections are open; the rest waits for the next start. */
    @Modified
    void modified(LoopsConfig config) {
        shutdownTimeout = Duration.ofSeconds(config.shutdown_timeout_seconds());
        applyLive(config);
        if (countOf(config) != count || !config.thread_name().equals(threadName)) {
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

    private void applyLive(LoopsConfig config) {
        for (IoLoop loop : loops.loops()) {
            loop.setSlowCallbackDuration(Duration.ofMillis(config.slow_callback_millis()));
            loop.setDebug(config.debug());
        }
    }

    private static int countOf(LoopsConfig config) {
        return config.count() > 0
                ? config.count()
                : Math.min(Runtime.getRuntime().availableProcessors(), MAX_DEFAULT_COUNT);
    }
}
