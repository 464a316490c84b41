// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.testkit.LoopThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Is the other end of a datagram endpoint, in the hands of the test; it may be used inside callbacks too. Waits end at the deadline of
 * {@link LoopThread}.
 */
public final class DatagramPeer implements AutoCloseable {

    private static final int LARGEST = 65_535;

    private final DatagramSocket socket;

    /** Receives at a port that the system chooses. */
    public DatagramPeer(InetAddress at) {
        this(new InetSocketAddress(at, 0));
    }

    /** Receives at an address. */
    public DatagramPeer(InetSocketAddress at) {
        try {
            socket = new DatagramSocket(at);
            socket.setSoTimeout((int) LoopThread.DEADLINE.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns where this end receives. */
    public InetSocketAddress address() {
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    /** Sends one datagram; on return it is in the hands of the system. */
    public void send(byte[] bytes, InetSocketAddress to) throws IOException {
        socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    /** Sends one datagram of one byte a character. */
    public void send(String text, InetSocketAddress to) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1), to);
    }

    /** Receives one datagram. */
    public byte[] receive() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    /** Receives one datagram as text. */
    public String receiveText() throws IOException {
        return new String(receive(), StandardCharsets.ISO_8859_1);
    }

    /** Tells whether nothing has come, and nothing comes within a moment. */
    public boolean hasNothing() throws IOException {
        socket.setSoTimeout(20);
        try {
            receive();
            return false;
        } catch (SocketTimeoutException nothing) {
            return true;
        } finally {
            socket.setSoTimeout((int) LoopThread.DEADLINE.toMillis());
        }
    }

    /** Gives the address up: who sends there is refused. */
    @Override
    public void close() {
        socket.close();
    }
}
