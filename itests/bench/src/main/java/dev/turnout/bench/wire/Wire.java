// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.wire;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A stream over a channel that need not block. Not threadsafe. */
public interface Wire extends Closeable {

    /** Says whether bytes can be written and read; until then, makes the handshake go on as far as the channel allows. */
    boolean ready() throws IOException;

    /** Takes what the channel takes, as a channel does, and perhaps a little more, which {@link #flush} sends. */
    int write(ByteBuffer source) throws IOException;

    /** Sends what was taken; says whether all is sent. */
    boolean flush() throws IOException;

    /** Reads once from the channel, as a channel does; all that came is in the buffer then, which must have room for 128 KiB. */
    int read(ByteBuffer target) throws IOException;
}
