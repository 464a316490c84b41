// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import dev.turnout.itests.swap.inside.Frames;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** Is one client of a stream: it sends requests without waiting for replies, of which the last one is never complete. Thread: that of the load. */
class StreamPeer extends Peer {

    private static final int MOST_OPEN = 16;
    private static final int REQUESTS_A_TURN = 3;

    private final Target target;
    private final int requestsATurn;
    private final long[] digests;
    private final long[] times;
    private SocketChannel channel;
    private Wire wire;
    private SelectionKey key;
    private boolean reading = true;
    private int sent;
    private int answered;
    private long digest;
    private long bytesSent;
    private long bytesBack;
    /** The bytes of a request that has begun, which are sent in the next turn. */
    private byte[] held = {};
    /** The bytes that the kernel has not taken. */
    private ByteBuffer unwritten = ByteBuffer.allocate(0);
    /** The bytes of a reply that is not complete. */
    private byte[] tail = {};

    StreamPeer(Target target, long seed) {
        this(target, seed, MOST_OPEN, REQUESTS_A_TURN);
    }

    /** Makes one that sends so many requests at most without a reply, and in one turn. */
    StreamPeer(Target target, long seed, int mostOpen, int requestsATurn) {
        super(target.tally, seed);
        this.target = target;
        this.requestsATurn = requestsATurn;
        digests = new long[mostOpen];
        times = new long[mostOpen];
    }

    @Override
    final void connect(Selector selector) throws IOException {
        sent = 0;
        answered = 0;
        digest = Frames.EMPTY;
        bytesSent = 0;
        bytesBack = 0;
        held = new byte[0];
        unwritten = ByteBuffer.allocate(0);
        tail = new byte[0];
        channel = SocketChannel.open(isUnix() ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET);
        prepare(channel);
        channel.connect(target.address);
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
        wire = target.wire(channel, seed);
        await();
    }

    private boolean isUnix() {
        return target.address instanceof UnixDomainSocketAddress;
    }

    /** Sets options of a socket that is not connected yet. */
    void prepare(SocketChannel unconnected) throws IOException {}

    final SocketChannel channel() {
        return channel;
    }

    @Override
    final boolean isOpen() {
        return channel != null && channel.isOpen();
    }

    /** Reads from now on, or leaves what comes to the kernel. */
    final void read(boolean wanted) {
        reading = wanted;
        await();
    }

    /** Tells whether the kernel has not taken all that was to be sent. */
    final boolean isStalled() {
        return unwritten.hasRemaining() || wire.isStalled();
    }

    @Override
    final long missing() {
        return bytesSent - bytesBack;
    }

    @Override
    final boolean isSettled() {
        return answered == sent && held.length == 0 && !isStalled();
    }

    /** Returns how often TLS has shaken hands anew. */
    final int handshakes() {
        return wire.handshakes();
    }

    /** Sends what was held back, a few requests more, and the beginning of another one, unless too many are open. */
    @Override
    void turn() throws IOException {
        if (unwritten.hasRemaining()) {
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(held.length + requestsATurn * Frames.mostBytesOfRequest());
        out.put(held);
        completed();
        int whole = out.position();
        for (int i = 0; i < requestsATurn && sent - answered < digests.length; i++) {
            whole = out.position();
            request(out);
        }
        int cut = whole + (int) Long.remainderUnsigned(Frames.mix(seed + sent), out.position() - whole + 1);
        held = Arrays.copyOfRange(out.array(), cut, out.position());
        unwritten = out.position(cut).flip();
        write();
    }

    @Override
    void complete() throws IOException {
        if (!unwritten.hasRemaining() && held.length > 0) {
            completed();
            unwritten = ByteBuffer.wrap(held);
            held = new byte[0];
            write();
        }
    }

    /** The time of a reply counts from the last byte of its request. */
    private void completed() {
        if (held.length > 0) {
            times[(sent - 1) % times.length] = System.nanoTime();
        }
    }

    private void request(ByteBuffer out) {
        byte[] payload = Frames.payload(seed, sent);
        Frames.request(out, sent, payload);
        digest = Frames.digest(digest, sent, payload, 0, payload.length);
        digests[sent % times.length] = digest;
        times[sent % times.length] = System.nanoTime();
        bytesSent += payload.length;
        sent++;
    }

    private void write() throws IOException {
        wire.write(unwritten);
        await();
    }

    private void await() {
        boolean read = reading || !wire.isReady();
        boolean write = wire.isStalled() || (wire.isReady() && unwritten.hasRemaining());
        key.interestOps((read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0));
    }

    @Override
    final boolean ready(ByteBuffer scratch) throws IOException {
        if (key.isWritable()) {
            write();
        }
        if (!key.isReadable()) {
            return true;
        }
        int count = wire.read(scratch.clear());
        if (count < 0) {
            return false;
        }
        await(); // a handshake may be over now, or have something to send
        byte[] all = Arrays.copyOf(tail, tail.length + count);
        scratch.flip().get(all, tail.length, count);
        ByteBuffer in = ByteBuffer.wrap(all);
        while (in.remaining() >= Frames.REPLY_OVERHEAD
                && in.remaining() >= Frames.REPLY_OVERHEAD + in.getShort(in.position())) {
            reply(new Reply(in));
        }
        tail = Arrays.copyOfRange(all, in.position(), all.length);
        return true;
    }

    private void reply(Reply reply) {
        build = reply.build;
        int slot = answered % times.length;
        int length = reply.length;
        if (answered < sent && reply.answers(answered, seed, digests[slot])) {
            tally.right(length);
            timed(System.nanoTime() - times[slot]);
        } else {
            tally.wrong(length + Frames.REPLY_OVERHEAD, reply.difference(answered, sent, digests[slot]));
        }
        answered++;
        bytesBack += length;
    }

    /** Is told how long a reply took. */
    void timed(long nanos) {
        tally.latencies.add(nanos);
    }

    @Override
    final void reset() throws IOException {
        if (!isUnix()) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        channel.close();
    }

    @Override
    final void close() throws IOException {
        channel.close();
    }
}
