// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Sends one message at a time over a blocking channel and checks that the same bytes come back. */
public final class EchoClient implements AutoCloseable {

    private final SocketChannel channel;
    private final ByteBuffer message;
    private final ByteBuffer answer;

    /** Connects. */
    public EchoClient(SocketAddress address, int messageBytes) throws IOException {
        channel = SocketChannel.open(address);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        message = ByteBuffer.allocateDirect(messageBytes);
        answer = ByteBuffer.allocateDirect(messageBytes);
        while (message.hasRemaining()) {
            message.put((byte) message.position());
        }
    }

    /** Sends the message, waits for it to come back, and compares. */
    public void roundTrip() throws IOException {
        message.rewind();
        while (message.hasRemaining()) {
            channel.write(message);
        }
        answer.clear();
        while (answer.hasRemaining()) {
            if (channel.read(answer) < 0) {
                throw new IOException("the server closed the connection");
            }
        }
        if (answer.flip().mismatch(message.rewind()) != -1) {
            throw new IOException("other bytes came back than were sent");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
