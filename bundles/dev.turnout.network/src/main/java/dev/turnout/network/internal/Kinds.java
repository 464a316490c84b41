// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.api.transport.ReadTransport;
import dev.turnout.api.transport.SubprocessTransport;
import dev.turnout.api.transport.WriteTransport;

/** Does with a transport what several kinds of them can, each by its own methods. Thread: the transport's loop. */
final class Kinds {

    private Kinds() {}

    /** Tells whether reading can be paused, so that a connection can be held without losing anything. */
    static boolean canPause(BaseTransport transport) {
        return transport instanceof ReadTransport
                || transport instanceof DatagramTransport
                || transport instanceof SubprocessTransport;
    }

    static void pauseReading(BaseTransport transport) {
        if (transport instanceof ReadTransport reading) {
            reading.pauseReading();
        } else if (transport instanceof DatagramTransport datagrams) {
            datagrams.pauseReading();
        }
    }

    static void resumeReading(BaseTransport transport) {
        if (transport instanceof ReadTransport reading) {
            reading.resumeReading();
        } else if (transport instanceof DatagramTransport datagrams) {
            datagrams.resumeReading();
        }
    }

    static boolean isReading(BaseTransport transport) {
        try {
            return transport instanceof ReadTransport reading
                    ? reading.isReading()
                    : transport instanceof DatagramTransport datagrams && datagrams.isReading();
        } catch (UnsupportedOperationException writesOnly) {
            return false;
        }
    }

    static long writeBufferSize(BaseTransport transport) {
        if (transport instanceof WriteTransport writing) {
            return writing.getWriteBufferSize();
        }
        return transport instanceof DatagramTransport datagrams ? datagrams.getWriteBufferSize() : 0;
    }

    /** Ends a connection at once, as far as its kind can. */
    static void abort(BaseTransport transport) {
        if (transport instanceof WriteTransport writing) {
            writing.abort();
        } else if (transport instanceof DatagramTransport datagrams) {
            datagrams.abort();
        } else {
            transport.close();
        }
    }
}
