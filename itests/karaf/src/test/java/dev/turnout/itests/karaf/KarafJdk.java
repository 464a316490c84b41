// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.karaf;

/** Knows on which JDKs the Karaf under test runs. */
final class KarafJdk {

    private static final int FIRST = 17;
    private static final int LAST = 21;

    private KarafJdk() {}

    /** Tells whether this JDK is one of them. */
    static boolean fits() {
        int version = Runtime.version().feature();
        return version >= FIRST && version <= LAST;
    }

    /** Returns why a test does not run here. */
    static String reason() {
        return "skipped: Karaf " + System.getProperty("turnout.karaf.version") + " does not run on JDK "
                + Runtime.version().feature() + ", whose security manager is gone; take JDK " + FIRST + " to " + LAST;
    }
}
