// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.error;

import java.io.IOException;

/** Says that a datagram was dropped because the send queue of its endpoint is full. */
public class QueueFullException extends IOException {

    /** Makes the exception. */
    public QueueFullException(String message) {
        super(message);
    }
}
