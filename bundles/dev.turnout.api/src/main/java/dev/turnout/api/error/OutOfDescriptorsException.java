// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says that the process or the system has no descriptors or memory for another socket (EMFILE, ENFILE, ENOBUFS, ENOMEM).
 *
 * @see "JAVA-12"
 */
public class OutOfDescriptorsException extends IOException {

    /** Makes the exception; the system's own one is kept as cause. */
    public OutOfDescriptorsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
