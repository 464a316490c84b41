// SPDX-License-Identifier: Apache-2.0
package dev.turnout.api.loop;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told what went wrong in callbacks and could be told to nobody else.
 *
 * @see "ERR-5"
 */
@ConsumerType
@FunctionalInterface
public interface ExceptionHandler {

    /**
     * Receives one report on the loop's thread. It may pass it on to {@link EventLoop#defaultExceptionHandler(ErrorContext)}; if
     * it throws, the default handler reports that second failure together with the first context (ERR-6).
     */
    void handle(EventLoop loop, ErrorContext context);
}
