// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that the peer reset the connection (ECONNRESET).
 *
 * @see "JAVA-12"
 */
public class ConnectionResetException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public ConnectionResetException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
