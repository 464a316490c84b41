// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

/**
 * Brings a result from another thread to its loop. It is not dropped with the callbacks of a loop that is closed, as whoever waits for the result, or has to
 * let go of it, would wait for ever. To run it twice does no more than once.
 *
 * @param task completes a future
 */
record Delivery(Runnable task) implements Runnable {

    @Override
    public void run() {
        task.run();
    }
}
