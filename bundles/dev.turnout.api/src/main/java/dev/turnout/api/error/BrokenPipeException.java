// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that the peer takes no more bytes (EPIPE).
 *
 * @see "JAVA-12"
 */
public class BrokenPipeException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public BrokenPipeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
