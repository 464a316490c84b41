// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * Is the other end of a connection, in the hands of the test: it reads and sends exactly when told. It may be used on the test's thread and inside
 * callbacks, where it stops the loop meanwhile. Waits end at the deadline of {@link dev.turnout.testkit.LoopThread}.
 */
public interface Peer extends AutoCloseable {

    /** Sends all bytes; on return they are in the hands of the system. */
    void send(byte[] bytes) throws IOException;

    /** Sends all characters as one byte each. */
    default void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends until the system takes no more for a moment, at most so many bytes, and returns how many it took. */
    long sendUntilFull(long atMost) throws IOException;

    /** Receives exactly so many bytes. */
    byte[] receive(int count) throws IOException;

    /** Receives so many bytes and returns them as text. */
    default String receiveText(int count) throws IOException {
        return new String(receive(count), StandardCharsets.ISO_8859_1);
    }

    /** Receives up to the end of the stream. */
    byte[] receiveAll() throws IOException;

    /** Receives what is there already, without waiting: the number of bytes, 0 for none, -1 at the end of the stream. */
    int poll() throws IOException;

    /** Returns the address of this end, which the transport has to call its peer's. */
    SocketAddress getsockname() throws IOException;

    /** Returns the address of the other end, which the transport has to call its own. */
    SocketAddress getpeername() throws IOException;

    /** Ends the own sending. */
    void shutdownOutput() throws IOException;

    /** Breaks the connection so that the other side sees a reset; it must have sent something that this side has not read. */
    void reset() throws IOException;

    /** Ends the connection. */
    @Override
    void close() throws IOException;
}
