// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import java.util.Arrays;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Logs what loops have to say, and never fails: a log that cannot be written must not end a loop, and with it all connections.
 *
 * <p>A log fails when it lacks descriptors, space or classes, which is just when there is something to say. It goes to the standard error stream then.
 * Any thread.
 *
 * @see "ERR-7, ERR-9"
 */
public final class LoopLogger implements System.Logger {

    private static final LoopLogger INSTANCE = new LoopLogger();

    private final System.Logger log = System.getLogger("dev.turnout.core");

    private LoopLogger() {}

    /** Returns the logger of loops. */
    public static System.Logger get() {
        return INSTANCE;
    }

    @Override
    public String getName() {
        return log.getName();
    }

    @Override
    public boolean isLoggable(Level level) {
        try {
            return log.isLoggable(level);
        } catch (Throwable e) {
            Reports.rethrowFatal(e);
            return true;
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
        try {
            log.log(level, bundle, message, thrown);
        } catch (Throwable e) {
            Reports.rethrowFatal(e);
            print(level, message, thrown, e);
        }
    }

    @Override
    public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... parameters) {
        try {
            log.log(level, bundle, format, parameters);
        } catch (Throwable e) {
            Reports.rethrowFatal(e);
            print(level, parameters == null ? format : format + " " + Arrays.toString(parameters), null, e);
        }
    }

    private void print(Level level, String message, @Nullable Throwable thrown, Throwable why) {
        try {
            System.err.println(level + " " + getName() + ": " + message);
            if (thrown != null) {
                thrown.printStackTrace();
            }
            System.err.println(level + " " + getName() + ": this could not be logged: " + why);
        } catch (Throwable e) {
            Reports.rethrowFatal(e); // there is nobody left who could be told
        }
    }
}
