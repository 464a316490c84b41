// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.network.TestNetwork;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Is a client that sends and reads text by lines, with a deadline for every read. */
final class LineClient implements Closeable {

    private final Socket socket;

    LineClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TestNetwork.DEADLINE.toMillis());
    }

    /** Sends bytes as they are. */
    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the next line without its end; what came before the end of the stream, if that came first. */
    String read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = socket.getInputStream().read();
                b >= 0 && b != '\n';
                b = socket.getInputStream().read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    /** Reads until the end of the stream, and returns how many bytes came. */
    long skip() throws IOException {
        return socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /** Sends a line and returns the answer. */
    String ask(String line) throws IOException {
        send(line + "\n");
        return read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
