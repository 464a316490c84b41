// SPDX-License-Identifier: Apache-2.0
package dev.turnout.launcher;

/** Says in one line why the container does not start and what to do. */
final class StartException extends Exception {

    /** The command line is wrong. */
    static final int USAGE = 2;

    /** The machine does not allow it. */
    static final int FAILED = 1;

    final int status;

    StartException(int status, String message) {
        super(message);
        this.status = status;
    }
}
