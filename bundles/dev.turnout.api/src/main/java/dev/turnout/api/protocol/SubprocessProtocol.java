// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Follows a child process.
 *
 * <pre>
 *   connectionMade (pipeDataReceived | pipeConnectionLost | processExited)* connectionLost
 * </pre>
 *
 * <p>{@code processExited} comes once and may come before the last data and pipe losses; {@code connectionLost} is last (PROC-25, PROC-26).
 */
@ConsumerType
public interface SubprocessProtocol extends BaseProtocol {

    /** Receives output of descriptor 1 or 2, never empty. Ownership: as {@link Protocol#dataReceived}. */
    default void pipeDataReceived(int fd, ByteBuffer data) {}

    /** Is called once for each pipe that closed, 0 included; null is a normal end (PROC-22 to -24). */
    default void pipeConnectionLost(int fd, @Nullable Throwable cause) {}

    /** Is called once when the child has ended; its return code is known then (PROC-32). */
    default void processExited() {}
}
