// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.ExceptionHandler;
import dev.turnout.api.spi.Logs;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells somebody what went wrong in callbacks: the handler that was set, or the log.
 *
 * @see "ERR-1 to ERR-10, CB-15"
 */
final class Reports {

    private static final System.Logger LOG = Logs.of("dev.turnout.core");

    private final EventLoop loop;
    private volatile @Nullable ExceptionHandler handler;

    Reports(EventLoop loop) {
        this.loop = loop;
    }

    @Nullable
    ExceptionHandler handler() {
        return handler;
    }

    void setHandler(@Nullable ExceptionHandler handler) {
        this.handler = handler;
    }

    /** Throws what must end the run: errors of the VM, but for a stack overflow, which is the callback's own. */
    static void rethrowFatal(Throwable thrown) {
        if (thrown instanceof VirtualMachineError fatal && !(thrown instanceof StackOverflowError)) {
            throw fatal;
        }
    }

    void callbackFailed(Callback callback, Runnable task, Throwable thrown) {
        rethrowFatal(thrown);
        ErrorContext context =
                ErrorContext.of("Exception in callback " + name(task), thrown).with(ErrorContext.HANDLE, callback);
        report(callback.origin().isEmpty() ? context : context.with(ErrorContext.SOURCE_TRACEBACK, callback.origin()));
    }

    void handlerFailed(ChannelRegistration registration, Throwable thrown) {
        rethrowFatal(thrown);
        report(ErrorContext.of("Exception in I/O handler " + name(registration.handler), thrown)
                .with(ErrorContext.TRANSPORT, registration.handler)
                .with(ErrorContext.SOCKET, registration.channel()));
    }

    void report(ErrorContext context) {
        ExceptionHandler custom = handler;
        if (custom == null) {
            reportByDefault(context);
            return;
        }
        try {
            custom.handle(loop, context);
        } catch (Throwable second) {
            rethrowFatal(second);
            reportByDefault(ErrorContext.of("Unhandled error in exception handler", second)
                    .with("context", context));
        }
    }

    /** Makes the text of a report, and drops it. */
    static void preload(Throwable exception) {
        var unused = text(ErrorContext.of("preload", exception).with(ErrorContext.SOCKET, "none"));
    }

    private void reportByDefault(ErrorContext context) {
        try {
            log(context);
        } catch (Throwable third) {
            rethrowFatal(third);
            LOG.log(Level.ERROR, "Exception in default exception handler of loop " + loop.name(), third);
        }
    }

    void log(ErrorContext context) {
        LOG.log(Level.ERROR, text(context), context.exception());
    }

    private static String text(ErrorContext context) {
        StringBuilder text = new StringBuilder(context.message());
        for (Map.Entry<String, Object> part : context.parts().entrySet()) {
            text.append(System.lineSeparator()).append(part.getKey()).append(": ");
            if (part.getValue() instanceof List<?> lines) {
                lines.forEach(line ->
                        text.append(System.lineSeparator()).append("    ").append(line));
            } else {
                text.append(part.getValue());
            }
        }
        return text.toString();
    }

    /** Returns a name for a piece of code that never fails, whatever its {@code toString} does. */
    private static String name(Object code) {
        return code.getClass().getName();
    }
}
