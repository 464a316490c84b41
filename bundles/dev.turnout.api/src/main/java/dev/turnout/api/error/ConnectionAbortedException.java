// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that the connection was ended on this side before it was done (ECONNABORTED).
 *
 * @see "JAVA-12"
 */
public class ConnectionAbortedException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public ConnectionAbortedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
