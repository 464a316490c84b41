// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that nobody listens at the address (ECONNREFUSED, port unreachable).
 *
 * @see "JAVA-12"
 */
public class ConnectionRefusedException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public ConnectionRefusedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
