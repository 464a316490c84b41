// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.process;

/**
 * Turns what the JDK says of the end of a child into a return code.
 *
 * <p>The JDK reports the end by signal <i>n</i> as 128 + <i>n</i>, and waits for every child itself, so nobody else can ask the system. Therefore a code
 * that stands for a signal which ends processes counts as that signal, also if the child ended with that very code by itself.
 *
 * @see "PROC-33, PROC-34, JAVA-36"
 */
final class ExitStatus {

    private static final int BASE = 128;
    private static final int LAST_CLASSIC = 31;
    private static final int FIRST_REAL_TIME = 34;
    private static final int LAST = 64;

    /** Signals that do not end a process by themselves: CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, WINCH. */
    private static final long HARMLESS =
            1L << 17 | 1L << 18 | 1L << 19 | 1L << 20 | 1L << 21 | 1L << 22 | 1L << 23 | 1L << 28;

    private ExitStatus() {}

    /** Returns minus the number of the signal, or the code itself. */
    static int returncode(int jdkCode) {
        int signal = jdkCode - BASE;
        boolean classic = signal >= 1 && signal <= LAST_CLASSIC && ((HARMLESS >> signal) & 1) == 0;
        boolean realTime = signal >= FIRST_REAL_TIME && signal <= LAST;
        return classic || realTime ? -signal : jdkCode;
    }
}
