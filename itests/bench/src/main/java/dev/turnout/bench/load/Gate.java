// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.io.IOException;

/** Holds a run before and after its measured part, so that what is measured is neither connecting nor closing. */
interface Gate {

    /** Says that all is ready and waits for leave. */
    void pass() throws IOException;

    /** Says what was measured and waits for leave to close. */
    void done(String json) throws IOException;
}
