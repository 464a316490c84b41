// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.network.Effect;
import dev.turnout.api.network.Option;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Holds what a configuration says about the loops. A wrong value is reported and costs nothing but itself: its default holds, as nothing can serve
 * without loops.
 *
 * @param count how many loops; 0 for one per processor
 */
record LoopsSettings(int count, String threadName, boolean debug, Duration slowCallback, Duration shutdownTimeout) {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");

    // the names, defaults and descriptions that tools show are those of LoopsConfig
    private static final Option<Integer> COUNT = number("count", 0, 0);
    private static final Option<Boolean> DEBUG = Option.flag("debug", false, Effect.LIVE, "");
    private static final Option<Integer> SLOW_CALLBACK = number("slow.callback.millis", 100, 1);
    private static final Option<Integer> SHUTDOWN_TIMEOUT = number("shutdown.timeout.seconds", 5, 0);
    private static final String THREAD_NAME = "thread.name";
    private static final String DEFAULT_THREAD_NAME = "turnout-loop";
    private static final List<String> KNOWN =
            List.of(COUNT.name(), DEBUG.name(), SHUTDOWN_TIMEOUT.name(), SLOW_CALLBACK.name(), THREAD_NAME);
    /** The beginnings of names of properties that Configuration Admin, containers and their helpers add. */
    private static final List<String> FOREIGN = List.of(
            "service.", "component.", "felix.", "org.", "osgi.", "objectClass", ".", "webconsole.", "jmx.", "config.");

    private static Option<Integer> number(String name, int fallback, int least) {
        return Option.number(name, fallback, least, Integer.MAX_VALUE, Effect.LIVE, "");
    }

    /** Reads what Configuration Admin has; any part may be missing. */
    static LoopsSettings read(Map<String, ?> properties) {
        reportUnknown(properties);
        Object name = properties.get(THREAD_NAME);
        return new LoopsSettings(
                value(properties, COUNT),
                name == null ? DEFAULT_THREAD_NAME : name.toString(),
                value(properties, DEBUG),
                Duration.ofMillis(value(properties, SLOW_CALLBACK)),
                Duration.ofSeconds(value(properties, SHUTDOWN_TIMEOUT)));
    }

    /** Names what is no property of the loops; what Configuration Admin and its helpers add has names of their own. */
    private static void reportUnknown(Map<String, ?> properties) {
        for (String name : new TreeSet<>(properties.keySet())) {
            if (!KNOWN.contains(name) && FOREIGN.stream().noneMatch(name::startsWith)) {
                LOG.log(
                        Level.WARNING,
                        () -> source(properties) + ": unknown property \"" + name + "\"; known: "
                                + String.join(", ", KNOWN));
            }
        }
    }

    private static <T> T value(Map<String, ?> properties, Option<T> option) {
        T fallback = Objects.requireNonNull(option.fallback());
        Object value = properties.get(option.name());
        if (value == null) {
            return fallback;
        }
        try {
            return option.parse(value.toString());
        } catch (IllegalArgumentException e) {
            LOG.log(Level.WARNING, () -> source(properties) + ": " + e.getMessage() + "; " + fallback + " holds");
            return fallback;
        }
    }

    private static Object source(Map<String, ?> properties) {
        Object file = properties.get("felix.fileinstall.filename");
        return file == null ? LoopsConfig.PID : file;
    }
}
