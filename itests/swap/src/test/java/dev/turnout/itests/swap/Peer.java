// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;

/** Is one client that sends numbered requests and checks every byte that returns. Thread: that of the load. */
abstract class Peer {

    /** The build that has sent the latest reply, or 0. */
    int build;

    /** Counts what happens to it and to others of its kind. */
    final Tally tally;

    /** Tells its payloads from those of other peers. */
    final long seed;

    Peer(Tally tally, long seed) {
        this.tally = tally;
        this.seed = seed;
    }

    /** Begins anew. */
    abstract void connect(Selector selector) throws IOException;

    abstract boolean isOpen();

    /** Returns the bytes of payload that have been sent as whole requests and did not come back. */
    abstract long missing();

    /** Tells whether all requests were answered and nothing is left to be sent. */
    abstract boolean isSettled();

    /** Sends a few requests more, unless too many are open. */
    abstract void turn() throws IOException;

    /** Sends what has to follow what was sent, and no more. */
    abstract void complete() throws IOException;

    /** Does what the socket is ready for; false at the end of the stream. */
    abstract boolean ready(ByteBuffer scratch) throws IOException;

    /** Ends in the hardest way that its kind of socket has. */
    abstract void reset() throws IOException;

    abstract void close() throws IOException;
}
