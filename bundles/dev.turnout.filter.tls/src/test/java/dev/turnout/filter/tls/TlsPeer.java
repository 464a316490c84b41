// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.testkit.LoopThread;
import dev.turnout.testkit.contract.Peer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;

/**
 * Is the other end of a TLS connection, by the JDK's engine alone and in the hands of the test.
 *
 * <p>Only what TLS itself asks for it does unasked, when {@link #tick} is called: it finishes a record it has begun to send, and answers a closing alert
 * that is among the next few bytes.
 */
final class TlsPeer implements Peer {

    private static final int CHUNK = 64 * 1024;
    private static final int MOST_ALERTS = 3;
    private static final int AHEAD = 4 * 1024;
    private static final long FULL_MILLIS = 150;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ReentrantLock lock = new ReentrantLock();
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final SSLEngine engine;
    private final ByteBuffer in = ByteBuffer.allocate(2 * CHUNK).flip();
    private final ByteBuffer out = ByteBuffer.allocate(2 * CHUNK).flip();
    private final ByteBuffer clear = ByteBuffer.allocate(CHUNK);
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private int taken;
    private boolean ended;
    private boolean alerted;
    private boolean closed;

    TlsPeer(SocketChannel channel, SSLEngine engine) throws IOException {
        this.channel = channel;
        this.engine = engine;
        channel.configureBlocking(false);
        selector = Selector.open();
        key = channel.register(selector, 0);
    }

    SocketChannel channel() {
        return channel;
    }

    @Override
    public SocketAddress getsockname() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public SocketAddress getpeername() throws IOException {
        return channel.getRemoteAddress();
    }

    SSLEngine engine() {
        return engine;
    }

    /** Tells whether the other side's closing alert came. */
    boolean isAlerted() {
        return engine.isInboundDone();
    }

    private boolean ready(int ops, long millis) throws IOException {
        key.interestOps(ops);
        boolean ready = selector.select(millis) > 0;
        selector.selectedKeys().clear();
        return ready;
    }

    private void await(int ops, String what) throws IOException {
        if (!ready(ops, LoopThread.DEADLINE.toMillis())) {
            throw new AssertionError("the TLS peer waited " + LoopThread.DEADLINE + " to " + what);
        }
    }

    // --- handshake

    /** Shakes hands. */
    TlsPeer handshake() throws IOException {
        return handshakeAndSend(new byte[0]);
    }

    /** Shakes hands, and sends data together with its last message. */
    TlsPeer handshakeAndSend(byte[] data) throws IOException {
        lock.lock();
        try {
            if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                engine.beginHandshake();
            }
            while (shaking()) {
                flush(true);
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP && !unwrap() && !fill(CHUNK, true)) {
                    throw new EOFException("the connection ended during the handshake");
                }
            }
            if (data.length > 0) {
                wrap(ByteBuffer.wrap(data));
            }
            flush(true);
            return this;
        } finally {
            lock.unlock();
        }
    }

    /** Does what the engine wants, and tells whether the handshake goes on. */
    private boolean shaking() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> {
                    if (!wrap(NOTHING)) {
                        throw new EOFException("the TLS peer cannot send any more");
                    }
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    return true;
                }
                default -> {
                    return false;
                }
            }
        }
    }

    /** Makes the first message of a client without sending it. */
    ByteBuffer hello() throws IOException {
        lock.lock();
        try {
            engine.beginHandshake();
            shaking();
            return ByteBuffer.allocate(out.remaining()).put(out).flip();
        } finally {
            lock.unlock();
        }
    }

    /** Takes what the other side has sent of a handshake, and makes what is to be sent next without sending it: all that is left, for a client of TLS 1.3. */
    byte[] nextFlight() throws IOException {
        lock.lock();
        try {
            if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                engine.beginHandshake();
            }
            while (shaking() && (engine.getUseClientMode() || !out.hasRemaining())) {
                if (!unwrap() && !fill(CHUNK, true)) {
                    throw new EOFException("the connection ended during the handshake");
                }
            }
            byte[] flight = new byte[out.remaining()];
            out.get(flight);
            return flight;
        } finally {
            lock.unlock();
        }
    }

    private boolean wrap(ByteBuffer data) throws IOException {
        out.compact();
        try {
            return engine.wrap(data, out).getStatus() == Status.OK;
        } finally {
            out.flip();
        }
    }

    /** Takes one record, and tells whether there was one. */
    private boolean unwrap() throws IOException {
        SSLEngineResult result = engine.unwrap(in, clear.clear());
        arrived.write(clear.array(), 0, clear.position());
        if (result.getStatus() == Status.CLOSED) {
            ended = true;
            answer();
            return false;
        }
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            engine.getDelegatedTask().run();
        }
        return result.getStatus() == Status.OK && result.bytesConsumed() > 0;
    }

    private void unwrapAll() throws IOException {
        while (!ended && unwrap()) {
            boolean more = true;
            while (more && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                more = wrap(NOTHING);
            }
        }
    }

    /** Reads from the socket, so that no more than this many bytes wait; false at the end. */
    private boolean fill(int most, boolean wait) throws IOException {
        in.compact();
        int room = Math.min(most - in.position(), in.remaining());
        try {
            if (room <= 0) {
                return true;
            }
            in.limit(in.position() + room);
            int count = channel.read(in);
            while (count == 0 && wait) {
                in.flip();
                await(SelectionKey.OP_READ, "receive, after " + arrived.size() + " bytes");
                in.compact();
                count = channel.read(in);
            }
            return count >= 0;
        } finally {
            in.flip();
        }
    }

    private void flush(boolean wait) throws IOException {
        while (out.hasRemaining()) {
            if (channel.write(out) == 0) {
                if (!wait) {
                    return;
                }
                await(SelectionKey.OP_WRITE, "send");
            }
        }
    }

    private void answer() throws IOException {
        if (!alerted) {
            alerted = true;
            engine.closeOutbound();
            for (int i = 0; i < MOST_ALERTS && !engine.isOutboundDone(); i++) {
                wrap(NOTHING);
            }
            flush(false);
        }
    }

    /** Does what TLS asks for unasked, unless the test is just using this peer. */
    void tick(boolean otherSideCloses) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (closed) {
                return;
            }
            flush(false);
            if (otherSideCloses && !ended) {
                if (fill(AHEAD, false)) {
                    unwrapAll();
                    flush(false);
                }
            }
        } catch (IOException e) {
            closed = true; // whoever uses the peer next learns why
        } finally {
            lock.unlock();
        }
    }

    // --- Peer

    @Override
    public void send(byte[] bytes) throws IOException {
        lock.lock();
        try {
            ByteBuffer data = ByteBuffer.wrap(bytes);
            while (data.hasRemaining()) {
                if (!wrap(data)) {
                    throw new IOException("the TLS peer cannot send any more");
                }
                flush(true);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sends bytes as they are, TLS or not. */
    void sendRaw(ByteBuffer bytes) throws IOException {
        lock.lock();
        try {
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    await(SelectionKey.OP_WRITE, "send");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Encrypts without sending. */
    ByteBuffer encrypt(byte[] bytes) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes);
        ByteBuffer records = ByteBuffer.allocate(bytes.length + bytes.length / 8 + CHUNK);
        while (data.hasRemaining()) {
            if (engine.wrap(data, records).bytesProduced() == 0) {
                throw new IOException("the TLS peer cannot send any more");
            }
        }
        return records.flip();
    }

    @Override
    public long sendUntilFull(long atMost) throws IOException {
        lock.lock();
        try {
            ByteBuffer data = ByteBuffer.allocate(16 * 1024);
            long sent = 0;
            while (sent < atMost) {
                flush(false);
                if (out.hasRemaining()) {
                    if (!ready(SelectionKey.OP_WRITE, FULL_MILLIS)) {
                        return sent;
                    }
                } else {
                    if (!wrap(data.clear())) {
                        throw new IOException("the TLS peer cannot send any more");
                    }
                    sent += data.position();
                }
            }
            return sent;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public byte[] receive(int count) throws IOException {
        lock.lock();
        try {
            while (arrived.size() - taken < count) {
                if (!ended && unwrap()) {
                    flush(false);
                } else if (ended || !fill(2 * CHUNK, true)) {
                    throw new EOFException(
                            "the stream ended after " + (arrived.size() - taken) + " of " + count + " bytes");
                }
            }
            return take(count);
        } finally {
            lock.unlock();
        }
    }

    private byte[] take(int count) {
        byte[] all = arrived.toByteArray();
        byte[] result = Arrays.copyOfRange(all, taken, taken + count);
        byte[] rest = Arrays.copyOfRange(all, taken + count, all.length);
        arrived.reset();
        arrived.writeBytes(rest);
        taken = 0;
        return result;
    }

    @Override
    public byte[] receiveAll() throws IOException {
        lock.lock();
        try {
            unwrapAll();
            while (!ended && fill(2 * CHUNK, true)) {
                unwrapAll();
                flush(false);
            }
            return take(arrived.size());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int poll() throws IOException {
        lock.lock();
        try {
            boolean more = fill(2 * CHUNK, false);
            unwrapAll();
            int count = arrived.size();
            take(count);
            return count == 0 && (ended || !more) ? -1 : count;
        } finally {
            lock.unlock();
        }
    }

    /** Sends the closing alert. */
    @Override
    public void shutdownOutput() throws IOException {
        lock.lock();
        try {
            answer();
            flush(true);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the sending side of the socket without a closing alert. */
    void truncate() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public void reset() throws IOException {
        if (channel.getLocalAddress() instanceof java.net.InetSocketAddress) {
            channel.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
        } // a unix socket is reset by closing it with unread bytes
        closeChannel();
    }

    /** Sends the closing alert if that is possible, takes what is there, and closes the socket. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (channel.isOpen() && !closed) {
                answer();
                if (fill(2 * CHUNK, false)) {
                    in.clear().flip();
                }
            }
        } catch (IOException alreadyGone) {
            closed = true;
        } finally {
            lock.unlock();
            closeChannel();
        }
    }

    private void closeChannel() throws IOException {
        lock.lock();
        try {
            closed = true;
            selector.close(); // first: the JDK ends the stream of a channel that a selector knows before it closes it
            channel.close();
        } finally {
            lock.unlock();
        }
    }
}
