// SPDX-License-Identifier: Apache-2.0
package dev.turnout.bench.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** TLS by an engine, with no more around it than it takes. */
public final class TlsWire implements Wire {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final TlsBuffers buffers;
    /** What came, from 0 to its position. */
    private final ByteBuffer in;
    /** What is to be sent, from its position to its limit. */
    private final ByteBuffer out;

    private boolean ready;
    private boolean ended;
    private boolean closed;

    /** Wraps a channel, which is closed with it; the handshake begins with {@link #ready}. */
    public TlsWire(SocketChannel channel, SSLEngine engine, TlsBuffers buffers) {
        this.channel = channel;
        this.engine = engine;
        this.buffers = buffers;
        in = buffers.take();
        out = buffers.take().flip();
    }

    @Override
    public boolean ready() throws IOException {
        if (!ready && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
            engine.beginHandshake();
        }
        while (!ready) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> wrap(NOTHING);
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!flush() || !shakeHands()) {
                        return false;
                    }
                }
                case NOT_HANDSHAKING, FINISHED -> ready = true;
            }
        }
        return flush();
    }

    /** Unwraps one record, for which it may read once; says whether one was there. */
    private boolean shakeHands() throws IOException {
        in.flip();
        try {
            if (engine.unwrap(in, buffers.clear()).getStatus() != Status.BUFFER_UNDERFLOW) {
                return true;
            }
        } finally {
            in.compact();
        }
        int count = channel.read(in);
        if (count < 0) {
            throw new IOException("the peer closed the connection during the handshake");
        }
        return count > 0;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        if (!flush()) {
            return 0;
        }
        int start = source.position();
        while (source.hasRemaining() && out.capacity() - out.remaining() >= TlsBuffers.RECORD) {
            if (wrap(source) == Status.CLOSED) {
                throw new SSLException("TLS has ended on this connection");
            }
        }
        var unused = flush();
        return source.position() - start;
    }

    @Override
    public boolean flush() throws IOException {
        if (out.hasRemaining()) {
            channel.write(out);
        }
        return !out.hasRemaining();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int start = target.position();
        ended |= channel.read(in) < 0;
        Status status = Status.OK;
        in.flip();
        try {
            while (status == Status.OK && in.hasRemaining()) {
                SSLEngineResult result = engine.unwrap(in, target);
                status = result.getStatus();
                answer(result.getHandshakeStatus());
            }
        } finally {
            in.compact();
        }
        int count = target.position() - start;
        return count == 0 && (ended || status == Status.CLOSED) ? -1 : count;
    }

    /** Does what a message of the handshake needs that comes between the data, such as an update of the key. */
    private void answer(HandshakeStatus needed) throws IOException {
        if (needed == HandshakeStatus.NEED_TASK) {
            runTasks();
        }
        if (needed == HandshakeStatus.NEED_TASK || needed == HandshakeStatus.NEED_WRAP) {
            wrap(NOTHING);
            var unused = flush();
        }
    }

    private Status wrap(ByteBuffer source) throws SSLException {
        out.compact();
        try {
            Status status = engine.wrap(source, out).getStatus();
            if (status == Status.BUFFER_OVERFLOW) {
                throw new SSLException("a record needs more than " + TlsBuffers.RECORD + " bytes");
            }
            return status;
        } finally {
            out.flip();
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** Says that it ends, if the channel takes that at once. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (channel) {
            if (ready && !ended && flush()) {
                engine.closeOutbound();
                wrap(NOTHING);
                var unused = flush();
            }
        } finally {
            buffers.give(in);
            buffers.give(out);
        }
    }
}
