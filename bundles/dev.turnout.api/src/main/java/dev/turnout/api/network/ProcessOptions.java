// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.network;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Holds the options of a child process.
 *
 * @see "section 19"
 */
public final class ProcessOptions extends Options<ProcessOptions> {

    /** Says what a standard stream of the child is. */
    public sealed interface Stream permits Standard, File {}

    /** Lists the ways a standard stream can be connected without a file (PROC-5, PROC-6). */
    public enum Standard implements Stream {
        /** A pipe to this process. */
        PIPE,
        /** This process's own stream. */
        INHERIT,
        /** The null device. */
        DEVNULL,
        /** For standard error: merged into standard output (PROC-7). */
        STDOUT
    }

    /**
     * Connects a standard stream to a file.
     *
     * @param path the file to read, or to append to
     */
    public record File(Path path) implements Stream {}

    /** The child's standard input. */
    public static final Option<Stream> STDIN = Option.object("stdin", Standard.PIPE, "Connects standard input.");

    /** The child's standard output. */
    public static final Option<Stream> STDOUT = Option.object("stdout", Standard.PIPE, "Connects standard output.");

    /** The child's standard error. */
    public static final Option<Stream> STDERR = Option.object("stderr", Standard.PIPE, "Connects standard error.");

    /** The child's whole environment; unset means this process's (PROC-10). */
    public static final Option<Map<String, String>> ENVIRONMENT =
            Option.object("environment", null, "Sets the environment.");

    /** The child's working directory; unset means this process's. */
    public static final Option<Path> DIRECTORY = Option.object("directory", null, "Sets the working directory.");

    /** Runs the child in a session of its own, without the terminal of this process; needs the system's {@code setsid} (PROC-10). */
    public static final Option<Boolean> NEW_SESSION =
            Option.flag("new.session", false, Effect.NEW_CONNECTIONS, "Runs the child in a session of its own.");

    private static final Map<String, Option<?>> KNOWN =
            byName(List.of(STDIN, STDOUT, STDERR, ENVIRONMENT, DIRECTORY, NEW_SESSION));

    /** The options with every value at its default. */
    public static final ProcessOptions DEFAULTS = new ProcessOptions(Map.of());

    private ProcessOptions(Map<Option<?>, Object> values) {
        super(values);
    }

    @Override
    ProcessOptions copy(Map<Option<?>, Object> newValues) {
        return new ProcessOptions(newValues);
    }

    @Override
    public Map<String, Option<?>> known() {
        return KNOWN;
    }
}
