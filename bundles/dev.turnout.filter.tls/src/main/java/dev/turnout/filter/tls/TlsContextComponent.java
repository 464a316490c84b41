// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.network.Effect;
import dev.turnout.api.network.Option;
import dev.turnout.api.spi.HelperThreads;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Is one configuration of a TLS context, and the thread that looks after its files. */
@Component(
        service = TlsContextComponent.class,
        name = TlsContextComponent.PID,
        configurationPid = TlsContextComponent.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        immediate = true)
@Designate(ocd = TlsContextConfig.class, factory = true)
public final class TlsContextComponent implements NamedContext {

    /** Begins the names of its configurations. */
    static final String PID = "dev.turnout.filter.tls";

    private static final Logger LOG = Logs.of(TlsContextComponent.class.getName());

    /** The beginnings of names of properties that containers and their installers add. */
    private static final List<String> FOREIGN =
            List.of(".", ":", "service.", "component.", "felix.", "org.apache.", "webconsole.", "osgi.");

    private static final Option<Duration> RELOAD_INTERVAL = Option.time(
            "reload.interval",
            Duration.ofSeconds(10),
            Effect.NEW_CONNECTIONS,
            "Says how often to look for changed files.");

    private static final Duration LEAST_INTERVAL = Duration.ofMillis(1);

    private final String name;
    private volatile WatchedContext context;
    private volatile Runnable listener = () -> {};
    private @Nullable ScheduledExecutorService watch;

    /** Reads the files; files that are broken are no reason to fail, as they may be mended. */
    @Activate
    public TlsContextComponent(TlsContextConfig config, Map<String, Object> properties) {
        long interval = interval(config);
        name = name(properties);
        reportUnknown(properties);
        context = new WatchedContext(name, new KeyFiles(config), null);
        begin(interval);
    }

    /**
     * Reads how often to look, in milliseconds.
     *
     * @throws IllegalArgumentException if that is no time
     */
    private static long interval(TlsContextConfig config) {
        Duration interval = RELOAD_INTERVAL.parse(config.reload_interval());
        if (!interval.isZero() && interval.compareTo(LEAST_INTERVAL) < 0) {
            throw new IllegalArgumentException(RELOAD_INTERVAL + "=" + config.reload_interval()
                    + " is too short: the shortest is " + Option.text(LEAST_INTERVAL) + ", and 0 is for never");
        }
        return interval.toMillis();
    }

    /** Reports properties that no context has; they are as likely as not slips of the pen. */
    private void reportUnknown(Map<String, Object> properties) {
        TreeSet<String> known = new TreeSet<>();
        for (Method each : TlsContextConfig.class.getDeclaredMethods()) {
            known.add(each.getName().replace('_', '.'));
        }
        for (String each : new TreeSet<>(properties.keySet())) {
            if (!known.contains(each) && FOREIGN.stream().noneMatch(each::startsWith)) {
                Object file = properties.get("felix.fileinstall.filename");
                LOG.log(
                        Level.WARNING,
                        "TLS context {0}: unknown property \"{1}\" in {2}; known: {3}",
                        name,
                        each,
                        file == null ? PID + "~" + name : file,
                        String.join(", ", known));
            }
        }
    }

    private void begin(long millis) {
        WatchedContext mine = context;
        mine.whenUsable(() -> listener.run());
        mine.look();
        if (millis > 0) {
            ScheduledExecutorService watching = Executors.newSingleThreadScheduledExecutor(
                    task -> HelperThreads.daemon("turnout-tls-" + name, task));
            ScheduledFuture<?> unused =
                    watching.scheduleWithFixedDelay(mine::look, millis, millis, TimeUnit.MILLISECONDS);
            watch = watching;
        }
    }

    /** Takes over other files; until they are good what was read before stays in use. */
    @Modified
    void modified(TlsContextConfig config, Map<String, Object> properties) {
        long interval = interval(config);
        reportUnknown(properties);
        deactivate();
        context = new WatchedContext(name, new KeyFiles(config), context.loaded());
        begin(interval);
    }

    @Deactivate
    void deactivate() {
        ScheduledExecutorService watching = watch;
        watch = null;
        if (watching != null) {
            watching.shutdownNow();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable Loaded loaded() {
        return context.loaded();
    }

    @Override
    public @Nullable String failure() {
        return context.failure();
    }

    @Override
    public void whenUsable(Runnable tell) {
        listener = tell;
    }

    /** Returns NAME of {@code dev.turnout.filter.tls~NAME}; a file installer that knows only the dash has another way to say it. */
    static String name(Map<String, ?> properties) {
        String pid = String.valueOf(properties.get("service.pid"));
        return pid.startsWith(PID) && pid.length() > PID.length() ? pid.substring(PID.length() + 1) : pid;
    }
}
