// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.load;

import java.io.IOException;

/** A kind of load. */
interface Work extends AutoCloseable {

    /** Prepares, passes the gate, and makes the load. */
    void run(Gate gate) throws IOException;

    /** Closes all connections. */
    @Override
    void close() throws IOException;
}
