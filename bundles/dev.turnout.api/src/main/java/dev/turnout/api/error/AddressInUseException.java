// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that another socket or file has the address (EADDRINUSE).
 *
 * @see "JAVA-12"
 */
public class AddressInUseException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public AddressInUseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
