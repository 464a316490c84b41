// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/** Is a TLS server inside the TLS of another peer. */
final class NestedPeer {

    private final TlsPeer outside;
    private final SSLEngine engine;
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private final ByteBuffer clear = ByteBuffer.allocate(64 * 1024);
    private final ByteBuffer out = ByteBuffer.allocate(64 * 1024);

    NestedPeer(TlsPeer outside, SSLContext context) {
        this.outside = outside;
        engine = context.createSSLEngine();
        engine.setUseClientMode(false);
    }

    private void wrap(ByteBuffer data) throws IOException {
        if (engine.wrap(data, out.clear()).bytesProduced() == 0) {
            throw new IOException("the inner TLS peer cannot send any more");
        }
        outside.send(Arrays.copyOf(out.array(), out.position()));
    }

    /** Takes one record. */
    private boolean unwrap() throws IOException {
        byte[] header = outside.receive(5);
        byte[] body = outside.receive(((header[3] & 0xFF) << 8) | (header[4] & 0xFF));
        ByteBuffer record =
                ByteBuffer.allocate(5 + body.length).put(header).put(body).flip();
        SSLEngineResult result = engine.unwrap(record, clear.clear());
        arrived.write(clear.array(), 0, clear.position());
        return result.getStatus() == SSLEngineResult.Status.OK;
    }

    void handshake() throws IOException {
        engine.beginHandshake();
        while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                default -> unwrap();
            }
        }
    }

    void send(byte[] bytes) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        while (data.hasRemaining()) {
            wrap(data);
        }
    }

    byte[] receive(int count) throws IOException {
        while (arrived.size() < count) {
            unwrap();
        }
        byte[] all = arrived.toByteArray();
        arrived.reset();
        return all;
    }

    /** Waits for the closing alert and answers it. */
    void answerClose() throws IOException {
        while (unwrap()) {
            arrived.reset();
        }
        engine.closeOutbound();
        wrap(ByteBuffer.allocate(0));
    }
}
