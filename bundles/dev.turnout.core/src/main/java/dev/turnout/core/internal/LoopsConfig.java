// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Holds the configuration of the loops. */
@ObjectClassDefinition(
        name = "Turnout loops",
        description = "The event loops that all connections of this container share")
@interface LoopsConfig {

    /** The persistent identity of this configuration. */
    String PID = "dev.turnout.loops";

    @AttributeDefinition(
            name = "Loop count",
            description = "How many loops, each with one thread; 0 means one per processor, at most 16."
                    + " Applies when the core bundle starts.",
            min = "0")
    int count() default 0;

    @AttributeDefinition(
            name = "Thread name prefix",
            description = "Threads are named with this, a dash and a number. Applies when the core bundle starts.")
    String thread_name() default "turnout-loop";

    @AttributeDefinition(
            name = "Debug mode",
            description =
                    "Checks threads, reports slow callbacks and remembers where callbacks come from. Applies live.")
    boolean debug() default false;

    @AttributeDefinition(
            name = "Slow callback",
            description = "From how many milliseconds on debug mode reports a callback as slow. Applies live.",
            min = "1")
    long slow_callback_millis() default 100;

    @AttributeDefinition(
            name = "Shutdown timeout",
            description = "How many seconds open connections get to end when the core bundle stops. Applies live.",
            min = "0")
    long shutdown_timeout_seconds() default 5;
}
