// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

/**
 * Says that the child process is gone, so that nothing can be sent to it.
 *
 * @see "JAVA-14, PROC-39"
 */
public class NoSuchProcessException extends RuntimeException {

    /** Makes the exception. */
    public NoSuchProcessException(String message) {
        super(message);
    }
}
