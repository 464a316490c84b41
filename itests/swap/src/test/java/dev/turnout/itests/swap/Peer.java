// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import dev.turnout.itests.swap.inside.Frames;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * Is one client: it sends numbered requests without waiting for replies, of which the last one is never complete, and checks every byte that returns.
 * Thread: that of the load.
 */
class Peer {

    private static final int MOST_OPEN = 16;
    private static final int MOST_PAYLOAD = 300;
    private static final int REQUESTS_A_TURN = 3;

    /** The build that has sent the latest reply, or 0. */
    int build;

    private final Load load;
    private final long seed;
    private final SocketAddress address;
    private final int requestsATurn;
    private final long[] digests;
    private final long[] times;
    private SocketChannel channel;
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

    Peer(Load load, long seed, SocketAddress address) {
        this(load, seed, address, MOST_OPEN, REQUESTS_A_TURN);
    }

    /** Makes one that sends so many requests at most without a reply, and in one turn. */
    Peer(Load load, long seed, SocketAddress address, int mostOpen, int requestsATurn) {
        this.load = load;
        this.seed = seed;
        this.address = address;
        this.requestsATurn = requestsATurn;
        digests = new long[mostOpen];
        times = new long[mostOpen];
    }

    /** Begins a new connection. */
    void connect(Selector selector) throws IOException {
        sent = 0;
        answered = 0;
        digest = Frames.EMPTY;
        bytesSent = 0;
        bytesBack = 0;
        held = new byte[0];
        unwritten = ByteBuffer.allocate(0);
        tail = new byte[0];
        channel = SocketChannel.open(
                address instanceof UnixDomainSocketAddress ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET);
        prepare(channel);
        channel.connect(address);
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Sets options of a socket that is not connected yet. */
    void prepare(SocketChannel unconnected) throws IOException {}

    final SocketChannel channel() {
        return channel;
    }

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
        return unwritten.hasRemaining();
    }

    /** Returns the bytes of payload that have been sent as whole requests and did not come back. */
    long missing() {
        return bytesSent - bytesBack;
    }

    /** Tells whether all requests were answered and nothing is left to be sent. */
    boolean isSettled() {
        return answered == sent && held.length == 0 && !unwritten.hasRemaining();
    }

    /** Sends what was held back, a few requests more, and the beginning of another one, unless too many are open. */
    void turn() throws IOException {
        if (unwritten.hasRemaining()) {
            return;
        }
        ByteBuffer out = ByteBuffer.allocate(held.length + requestsATurn * (Frames.REQUEST_OVERHEAD + MOST_PAYLOAD));
        out.put(held);
        completed();
        int whole = out.position();
        for (int i = 0; i < requestsATurn && sent - answered < digests.length; i++) {
            whole = out.position();
            request(out);
        }
        int cut = whole + (int) Long.remainderUnsigned(mix(seed + sent), out.position() - whole + 1);
        held = Arrays.copyOfRange(out.array(), cut, out.position());
        unwritten = out.position(cut).flip();
        write();
    }

    /** Sends what was held back, and no more. */
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
        byte[] payload = payload(sent);
        out.putShort((short) payload.length);
        int checked = out.position();
        out.putInt(sent).put(payload);
        out.putInt(Frames.checksum(out, checked, out.position()));
        digest = Frames.digest(digest, sent, payload, 0, payload.length);
        digests[sent % times.length] = digest;
        times[sent % times.length] = System.nanoTime();
        bytesSent += payload.length;
        sent++;
    }

    private byte[] payload(int number) {
        long state = mix(seed * 31 + number);
        byte[] payload = new byte[(int) Long.remainderUnsigned(state, MOST_PAYLOAD)];
        for (int i = 0; i < payload.length; i++) {
            if (i % Long.BYTES == 0) {
                state = mix(state);
            }
            payload[i] = (byte) (state >>> (Byte.SIZE * (i % Long.BYTES)));
        }
        return payload;
    }

    private static long mix(long value) {
        long mixed = (value + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        return mixed ^ (mixed >>> 29);
    }

    private void write() throws IOException {
        channel.write(unwritten);
        await();
    }

    private void await() {
        key.interestOps((reading ? SelectionKey.OP_READ : 0) | (unwritten.hasRemaining() ? SelectionKey.OP_WRITE : 0));
    }

    /** Does what the socket is ready for; false at the end of the stream. */
    boolean ready(ByteBuffer scratch) throws IOException {
        if (key.isWritable()) {
            write();
        }
        if (!key.isReadable()) {
            return true;
        }
        int count = channel.read(scratch.clear());
        if (count < 0) {
            return false;
        }
        byte[] all = Arrays.copyOf(tail, tail.length + count);
        scratch.flip().get(all, tail.length, count);
        ByteBuffer in = ByteBuffer.wrap(all);
        while (in.remaining() >= Frames.REPLY_OVERHEAD
                && in.remaining() >= Frames.REPLY_OVERHEAD + in.getShort(in.position())) {
            reply(all, in);
        }
        tail = Arrays.copyOfRange(all, in.position(), all.length);
        return true;
    }

    private void reply(byte[] all, ByteBuffer in) {
        int length = in.getShort();
        int checked = in.position();
        int number = in.getInt();
        build = in.getInt();
        long theirs = in.getLong();
        int begin = in.position();
        in.position(begin + length);
        boolean whole = in.getInt() == Frames.checksum(in, checked, begin + length);
        byte[] payload = payload(answered);
        int slot = answered % times.length;
        boolean right = whole
                && number == answered
                && number < sent
                && theirs == digests[slot]
                && Arrays.equals(payload, 0, payload.length, all, begin, begin + length);
        if (right) {
            load.right(this, length, System.nanoTime() - times[slot]);
        } else {
            load.wrong(
                    length + Frames.REPLY_OVERHEAD,
                    "reply " + number + " of build " + build + " instead of " + answered + " of " + sent
                            + (whole ? "" : ", damaged")
                            + (theirs == digests[slot] ? "" : ", with another digest"));
        }
        answered++;
        bytesBack += length;
    }

    /** Ends the connection in the hardest way that its kind of socket has. */
    void reset() throws IOException {
        if (!(address instanceof UnixDomainSocketAddress)) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        channel.close();
    }

    void close() throws IOException {
        channel.close();
    }
}
