// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/** Encrypts, by the JDK's engine alone. Not thread-safe. */
final class TlsWire implements Wire {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    /** What came, as far as it is not decrypted; between calls it is filled, not read. */
    private final ByteBuffer in;
    /** What the kernel has not taken; between calls it is read. */
    private final ByteBuffer out;

    private byte[] session = {};
    private boolean ready;

    /**
     * Begins a handshake as a client, which goes on whenever something is read.
     *
     * @param port what sessions are remembered by, to resume them
     * @param version the only version of TLS that is offered
     */
    TlsWire(SocketChannel channel, SSLContext context, int port, String version) throws IOException {
        this.channel = channel;
        engine = context.createSSLEngine("localhost", port);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {version});
        int packet = engine.getSession().getPacketBufferSize();
        in = ByteBuffer.allocate(packet);
        out = ByteBuffer.allocate(2 * packet).limit(0);
        engine.beginHandshake();
        wrap(NOTHING);
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public boolean isStalled() {
        return out.hasRemaining();
    }

    @Override
    public int handshakes() {
        return ready && !Arrays.equals(session, engine.getSession().getId()) ? 1 : 0;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int before = to.position();
        boolean ended = channel.read(in) < 0;
        in.flip();
        boolean going = true;
        while (going) {
            going = step(to);
        }
        in.compact();
        int count = to.position() - before;
        return count == 0 && (ended || engine.isInboundDone()) ? -1 : count;
    }

    /** Goes on with the handshake, or decrypts a record; false if more has to come first. */
    private boolean step(ByteBuffer to) throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NEED_TASK) {
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            return true;
        }
        if (status == HandshakeStatus.NEED_WRAP) {
            return wrap(NOTHING);
        }
        if (!ready && status == HandshakeStatus.NOT_HANDSHAKING) {
            ready = true;
            session = engine.getSession().getId();
        }
        if (!in.hasRemaining()) {
            return false;
        }
        SSLEngineResult result = engine.unwrap(in, to);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            throw new IOException("a record is larger than " + to.remaining() + " bytes");
        }
        return result.getStatus() == Status.OK;
    }

    /** Encrypts once, and sends that; false if there is no room. */
    private boolean wrap(ByteBuffer from) throws IOException {
        out.compact();
        SSLEngineResult result;
        try {
            result = engine.wrap(from, out);
        } finally {
            out.flip();
        }
        channel.write(out);
        return result.getStatus() == Status.OK;
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
        channel.write(out);
        while (ready && from.hasRemaining() && !out.hasRemaining() && wrap(from)) {
            // until the kernel takes no more
        }
    }
}
