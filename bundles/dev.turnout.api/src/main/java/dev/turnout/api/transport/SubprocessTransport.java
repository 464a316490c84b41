// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.transport;

import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Connects to a child process.
 *
 * @see "section 19"
 */
@ProviderType
public interface SubprocessTransport extends BaseTransport {

    /** Returns the process id, also after the end. */
    long getPid();

    /** Returns the exit code, minus the number of a signal that ended the child; empty while it runs (PROC-31, PROC-33). */
    OptionalInt getReturncode();

    /** Returns the transport of a stream that is a pipe: 0 a {@link WriteTransport}, 1 and 2 a {@link ReadTransport}; else null (PROC-14 to -19). */
    @Nullable
    BaseTransport getPipeTransport(int fd);

    /**
     * Sends a signal by its number; does nothing between exit and {@code connectionLost}.
     *
     * @throws dev.turnout.api.error.NoSuchProcessException after {@code connectionLost} (PROC-39)
     * @throws UnsupportedOperationException if the platform cannot send it (JAVA-37)
     */
    void sendSignal(int signal);

    /** Asks the child to end (SIGTERM). */
    void terminate();

    /** Kills the child (SIGKILL). */
    void kill();

    /** Kills a child that still runs and closes all its pipes (PROC-42 to -45). */
    @Override
    void close();

    /** Completes on the loop with the return code when the child has ended, whoever holds its pipes (PROC-29). */
    CompletionStage<Integer> waitFor();
}
