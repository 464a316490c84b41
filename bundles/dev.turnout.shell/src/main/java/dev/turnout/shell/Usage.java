// SPDX-License-Identifier: Apache-2.0
package dev.turnout.shell;

import java.util.Arrays;

/** Tells people how to type a command. */
final class Usage {

    private Usage() {}

    /**
     * Tells whether arguments were given; without them the usage is shown.
     *
     * <p>Commands take any number of arguments, as the shell knows nothing but its own methods to tell of when their number is wrong.
     *
     * @throws IllegalArgumentException if there are too few or too many
     */
    static boolean isEnough(String[] arguments, int fewest, int most, String takes, String usage) {
        int count = arguments.length;
        if (count == 0 && fewest > 0) {
            System.out.println(usage);
            return false;
        }
        if (count < fewest || count > most) {
            throw new IllegalArgumentException(
                    takes + ", not " + count + (count == 1 ? " argument" : " arguments") + "\n" + usage);
        }
        if (Arrays.asList(arguments).contains(null)) {
            throw new IllegalArgumentException(
                    takes + ", not null, which stands for a variable that is not set\n" + usage);
        }
        return true;
    }
}
