// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that this machine does not have the address (EADDRNOTAVAIL).
 *
 * @see "JAVA-12"
 */
public class AddressNotAvailableException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public AddressNotAvailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
