// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

/**
 * Is what a test does inside a callback. What it throws, checked or not, leaves the callback as it is.
 *
 * @param <A> what the callback was about
 */
@FunctionalInterface
public interface Hook<A> {

    /** Runs inside the callback. */
    void run(A argument) throws Throwable;

    /** Runs a hook and passes on whatever it throws, undeclared. */
    static <A> void call(Hook<? super A> hook, A argument) {
        try {
            hook.run(argument);
        } catch (Throwable t) {
            throw Hook.<RuntimeException>undeclared(t);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException undeclared(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
