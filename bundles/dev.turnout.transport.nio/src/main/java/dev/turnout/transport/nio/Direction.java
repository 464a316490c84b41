// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

/** Says which ways a stream transport moves bytes. What it does not do throws {@link UnsupportedOperationException} (BASE-23, READ-20). */
public enum Direction {
    /** Both ways: a socket, or the two pipes of a child process. */
    BOTH,
    /** In only: the reading end of a pipe. It ends at the end of the stream, whatever the protocol answers (EOF-8). */
    READ,
    /** Out only: the writing end of a pipe. Readiness to read means that its reader has gone (PIPE-12). */
    WRITE
}
