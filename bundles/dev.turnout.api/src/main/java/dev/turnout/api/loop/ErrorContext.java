// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Describes a failure to an {@link ExceptionHandler}: a message, the exception if there was one, and named parts.
 *
 * @param message what failed, never empty
 * @param exception what was thrown, or null
 * @param parts what took part, by name ({@link #PROTOCOL}, {@link #TRANSPORT} and so on), sorted by name
 * @see "ERR-2, ERR-8, JAVA-30"
 */
public record ErrorContext(String message, @Nullable Throwable exception, Map<String, Object> parts) {

    /** Names the future that failed. */
    public static final String FUTURE = "future";

    /** Names the task that failed. */
    public static final String TASK = "task";

    /** Names the {@link Handle} of the callback that failed. */
    public static final String HANDLE = "handle";

    /** Names the protocol whose callback failed. */
    public static final String PROTOCOL = "protocol";

    /** Names the transport that was in use. */
    public static final String TRANSPORT = "transport";

    /** Names the channel or address that was in use. */
    public static final String SOCKET = "socket";

    /** Names the place (a {@code List<StackTraceElement>}) where the failing callback was scheduled; debug mode only. */
    public static final String SOURCE_TRACEBACK = "sourceTraceback";

    private static final String NO_MESSAGE = "Unhandled exception in event loop";

    /** Makes a context; an empty message is replaced by a general text, the parts are copied. */
    public ErrorContext {
        message = message.isEmpty() ? NO_MESSAGE : message;
        parts = java.util.Collections.unmodifiableMap(new TreeMap<>(parts));
    }

    /** Returns a context without parts; a null message is replaced by a general text. */
    public static ErrorContext of(@Nullable String message, @Nullable Throwable exception) {
        return new ErrorContext(message == null ? "" : message, exception, Map.of());
    }

    /** Returns a copy with one more part; a null value leaves the part out. */
    public ErrorContext with(String name, @Nullable Object value) {
        Objects.requireNonNull(name, "name");
        if (value == null) {
            return this;
        }
        Map<String, Object> more = new TreeMap<>(parts);
        more.put(name, value);
        return new ErrorContext(message, exception, more);
    }

    /** Returns the part of that name, if it is there. */
    public Optional<Object> part(String name) {
        return Optional.ofNullable(parts.get(name));
    }
}
