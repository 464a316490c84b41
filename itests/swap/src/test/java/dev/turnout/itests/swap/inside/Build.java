// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;

/**
 * Says what one version of the bundle is like, as its manifest has it.
 *
 * @param number the number that its replies carry
 * @param lowest the oldest version of the state that it understands
 * @param highest the newest
 * @param failsOneIn of how many take-overs one fails, or 0 for none
 * @param takeOvers how many there were
 */
record Build(int number, int lowest, int highest, int failsOneIn, AtomicInteger takeOvers) {

    /** The header of the number. */
    static final String NUMBER = "Swap-Build";

    static Build of(BundleContext context) {
        return new Build(
                number(context, NUMBER),
                number(context, "Swap-Lowest"),
                number(context, "Swap-Highest"),
                number(context, "Swap-Fails-One-In"),
                new AtomicInteger());
    }

    static int number(BundleContext context, String header) {
        return Integer.parseInt(context.getBundle().getHeaders().get(header));
    }

    /** Tells whether the next take-over is one of those that fail. */
    boolean fails() {
        return failsOneIn > 0 && takeOvers.incrementAndGet() % failsOneIn == 0;
    }
}
