// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that a time limit passed (ETIMEDOUT or a limit of the operation's options).
 *
 * @see "JAVA-12"
 */
public class TimedOutException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public TimedOutException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
