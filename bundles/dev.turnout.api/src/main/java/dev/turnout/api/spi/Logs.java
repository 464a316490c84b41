// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.spi;

import java.util.Arrays;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Returns loggers that never fail: a log that cannot be written must not end a loop, or half a step of the network, and with it connections.
 *
 * <p>A log fails when it lacks descriptors, space or classes, which is just when there is something to say. It goes to the standard error stream then.
 * Only fatal errors of the VM, but for a stack overflow, pass through.
 *
 * @see "ERR-7, ERR-9"
 */
public final class Logs {

    private Logs() {}

    /** Returns the logger of a name, which the system is asked for when something is logged, and again as long as it fails to give it. Any thread. */
    public static System.Logger of(String name) {
        return new Guarded(name);
    }

    private static final class Guarded implements System.Logger {

        private final String name;
        private volatile System.@Nullable Logger fetched;

        Guarded(String name) {
            this.name = name;
        }

        private System.Logger log() {
            System.Logger known = fetched;
            if (known == null) {
                known = System.getLogger(name);
                fetched = known;
            }
            return known;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean isLoggable(Level level) {
            try {
                return log().isLoggable(level);
            } catch (Throwable e) {
                rethrowFatal(e);
                return level.getSeverity() >= Level.WARNING.getSeverity();
            }
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
            try {
                log().log(level, bundle, message, thrown);
            } catch (Throwable e) {
                rethrowFatal(e);
                print(level, message, thrown, e);
            }
        }

        @Override
        public void log(Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... parameters) {
            try {
                log().log(level, bundle, format, parameters);
            } catch (Throwable e) {
                rethrowFatal(e);
                print(level, parameters == null ? format : format + " " + Arrays.toString(parameters), null, e);
            }
        }

        private void print(Level level, String message, @Nullable Throwable thrown, Throwable why) {
            try {
                System.err.println(level + " " + name + ": " + message);
                if (thrown != null) {
                    thrown.printStackTrace();
                }
                System.err.println(level + " " + name + ": this could not be logged: " + why);
            } catch (Throwable e) {
                rethrowFatal(e); // there is nobody left who could be told
            }
        }

        private static void rethrowFatal(Throwable thrown) {
            if (thrown instanceof VirtualMachineError fatal && !(thrown instanceof StackOverflowError)) {
                throw fatal;
            }
        }
    }
}
