// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Moves the bytes of a peer, as they are or encrypted, over a channel that does not block. */
interface Wire {

    /** Reads what is there; a negative number at the end of the stream. */
    int read(ByteBuffer to) throws IOException;

    /** Writes as much as the kernel takes. */
    void write(ByteBuffer from) throws IOException;

    /** Tells whether bytes can pass, as there is no handshake to wait for. */
    default boolean isReady() {
        return true;
    }

    /** Tells whether the kernel has not taken all that this wire has made of what it was given. */
    default boolean isStalled() {
        return false;
    }

    /** Returns how often it has shaken hands since it was ready. */
    default int handshakes() {
        return 0;
    }

    /** Returns the wire that leaves bytes as they are. */
    static Wire plain(SocketChannel channel) {
        return new Wire() {
            @Override
            public int read(ByteBuffer to) throws IOException {
                return channel.read(to);
            }

            @Override
            public void write(ByteBuffer from) throws IOException {
                channel.write(from);
            }
        };
    }
}
