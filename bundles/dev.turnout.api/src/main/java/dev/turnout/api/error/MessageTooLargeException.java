// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that a datagram is larger than the system sends (EMSGSIZE).
 *
 * @see "JAVA-12"
 */
public class MessageTooLargeException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public MessageTooLargeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
