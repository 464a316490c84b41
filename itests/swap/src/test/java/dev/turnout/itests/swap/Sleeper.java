// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/**
 * Is a client that sends much and reads nothing for many turns, so that the container has to pause writing, and then reading; then it reads all.
 * Thread: that of the load.
 */
final class Sleeper extends StreamPeer {

    private static final int MOST_OPEN = 20_000;
    private static final int REQUESTS_A_TURN = 300;
    private static final int MOST_TURNS_ASLEEP = 60;
    private static final int TURNS_STALLED = 8;
    private static final int SMALL_BUFFER = 4096;
    private static final int LARGE_BUFFER = 1 << 18;

    private int turns;
    private int stalled;
    private boolean awake;

    Sleeper(Target target, long seed) {
        super(target, seed, MOST_OPEN, REQUESTS_A_TURN);
    }

    /** Counts for nothing: it is this peer that takes its time. */
    @Override
    void timed(long nanos) {}

    @Override
    void prepare(SocketChannel unconnected) throws IOException {
        buffers(unconnected, SMALL_BUFFER);
    }

    private static void buffers(SocketChannel of, int size) throws IOException {
        of.setOption(StandardSocketOptions.SO_RCVBUF, size);
        of.setOption(StandardSocketOptions.SO_SNDBUF, size);
    }

    @Override
    void turn() throws IOException {
        if (awake) {
            complete();
            awake = !isSettled();
            if (!awake) {
                buffers(channel(), SMALL_BUFFER);
            }
            return;
        }
        read(false);
        super.turn();
        stalled = isStalled() ? stalled + 1 : 0;
        if (stalled == TURNS_STALLED || ++turns == MOST_TURNS_ASLEEP) {
            tally.stalls += isStalled() ? 1 : 0; // the way to the container and through it is full
            turns = 0;
            stalled = 0;
            awake = true;
            buffers(channel(), LARGE_BUFFER);
        }
    }

    @Override
    void complete() throws IOException {
        read(true);
        super.complete();
    }
}
