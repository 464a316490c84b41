// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;
import java.util.List;

/**
 * Says that several attempts failed, each for a reason of its own; every cause is a suppressed exception of this one.
 *
 * @see "JAVA-15, CONN-9"
 */
public class MultipleCausesException extends IOException {

    /** Makes the exception from at least one cause. */
    @SuppressWarnings("this-escape")
    public MultipleCausesException(String message, List<? extends Throwable> causes) {
        super(message);
        causes.forEach(this::addSuppressed);
    }
}
