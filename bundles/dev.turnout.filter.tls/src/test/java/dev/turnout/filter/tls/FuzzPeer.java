// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** Is a peer that keeps to TLS, without any I/O: the records it sends are kept for a wire that may not be so honest. */
final class FuzzPeer {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int RECORD_BYTES = 34 * 1024;
    private static final int MOST_IN_RECORD = 16 * 1024;

    private final SSLEngine engine;
    private final ByteBuffer out = ByteBuffer.allocate(RECORD_BYTES);
    private final ByteBuffer clear = ByteBuffer.allocate(RECORD_BYTES);
    private ByteBuffer in = ByteBuffer.allocate(RECORD_BYTES).flip();
    private boolean broken;
    private int sent;
    private int received;

    /** What goes to the other side, each record apart. */
    final Deque<byte[]> wire = new ArrayDeque<>();

    FuzzPeer(SSLEngine engine) {
        this.engine = engine;
    }

    /** Returns the byte at a place of the stream that either side sends. */
    static byte pattern(int at) {
        return (byte) (at * 31 + (at >>> 8));
    }

    /** Returns how many clear bytes it has sent. */
    int sent() {
        return sent;
    }

    /** Returns how many clear bytes it has received; all were right. */
    int received() {
        return received;
    }

    /** Begins to shake hands, for the first time or again. */
    void shakeHands() {
        work(engine::beginHandshake);
    }

    void take(byte[] bytes) {
        ByteBuffer more = ByteBuffer.allocate(in.remaining() + bytes.length);
        in = more.put(in).put(bytes).flip();
        work(() -> {});
    }

    /** Sends so many bytes, if it may send by now. */
    void send(int count) {
        work(() -> {
            if (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING || engine.isOutboundDone()) {
                return;
            }
            for (int left = count; left > 0; ) {
                ByteBuffer data = ByteBuffer.allocate(Math.min(left, MOST_IN_RECORD));
                for (int i = 0; i < data.capacity(); i++) {
                    data.put(i, pattern(sent + i));
                }
                int before = sent;
                wrap(data);
                sent += data.position();
                left -= data.position();
                if (sent == before) {
                    return;
                }
            }
        });
    }

    /** Sends the closing alert. */
    void close() {
        work(engine::closeOutbound);
    }

    private interface Step {
        void run() throws SSLException;
    }

    private void work(Step first) {
        if (broken) {
            return;
        }
        try {
            first.run();
            goOn();
        } catch (SSLException e) {
            broken = true;
            farewell();
        }
    }

    private void farewell() {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && wrap(NOTHING) > 0) {
                // the alert that says why
            }
        } catch (SSLException e) {
            broken = true; // no alert, then
        }
    }

    private void goOn() throws SSLException {
        boolean more = true;
        while (more) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                    task.run();
                }
            } else if (status == HandshakeStatus.NEED_WRAP) {
                more = wrap(NOTHING) > 0;
            } else {
                more = in.hasRemaining() && unwrap();
            }
        }
    }

    private boolean unwrap() throws SSLException {
        SSLEngineResult result = engine.unwrap(in, clear.clear());
        for (int i = 0; i < clear.position(); i++) {
            assertEquals(pattern(received++), clear.get(i), "what was written arrives");
        }
        return result.getStatus() == Status.OK && (result.bytesConsumed() > 0 || result.bytesProduced() > 0);
    }

    private int wrap(ByteBuffer data) throws SSLException {
        SSLEngineResult result = engine.wrap(data, out.clear());
        int at = 0;
        while (at < out.position()) {
            int length = 5 + (out.getShort(at + 3) & 0xFFFF);
            wire.add(Arrays.copyOfRange(out.array(), at, at + length));
            at += length;
        }
        return result.bytesProduced();
    }
}
