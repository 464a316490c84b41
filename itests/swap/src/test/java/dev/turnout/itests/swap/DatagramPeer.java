// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap;

import dev.turnout.itests.swap.inside.Frames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Is one client that sends a numbered datagram, waits for its one answer, and sends the next; nothing is sent twice. Thread: that of the load.
 *
 * <p>All of them together have so few datagrams under way that the kernel keeps them all while nobody reads.
 */
final class DatagramPeer extends Peer {

    private static final int MOST_OPEN_OF_ALL = 64;
    private static final int REQUESTS_A_TURN = 6;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final SocketAddress address;
    private DatagramChannel channel;
    private int sent;
    private int answered;
    private int left;
    private long digest = Frames.EMPTY;
    private long bytesSent;
    private long bytesBack;
    private long since;

    DatagramPeer(Tally tally, long seed, SocketAddress address) {
        super(tally, seed);
        this.address = address;
    }

    @Override
    void connect(Selector selector) throws IOException {
        channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.connect(address);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
    }

    @Override
    boolean isOpen() {
        return channel != null && channel.isOpen();
    }

    @Override
    long missing() {
        return bytesSent - bytesBack;
    }

    @Override
    boolean isSettled() {
        return answered == sent;
    }

    @Override
    void turn() throws IOException {
        left = REQUESTS_A_TURN;
        if (isSettled()) {
            send();
        } else if (System.nanoTime() - since > PATIENCE_NANOS) {
            throw new IOException("no answer to datagram " + answered + "; the kernel's sockets at " + address
                    + " have dropped " + droppedByKernel());
        }
    }

    @Override
    void complete() {
        left = 0;
    }

    private void send() throws IOException {
        if (left == 0 || tally.open >= MOST_OPEN_OF_ALL) {
            return;
        }
        byte[] payload = Frames.payload(seed, sent);
        ByteBuffer out = Frames.request(ByteBuffer.allocate(Frames.REQUEST_OVERHEAD + payload.length), sent, payload)
                .flip();
        since = System.nanoTime();
        if (channel.write(out) == 0) {
            return;
        }
        left--;
        digest = Frames.digest(digest, sent, payload, 0, payload.length);
        bytesSent += payload.length;
        sent++;
        tally.open++;
    }

    @Override
    boolean ready(ByteBuffer scratch) throws IOException {
        int count = channel.read(scratch.clear());
        if (count > 0) {
            byte[] all = new byte[count];
            scratch.flip().get(all);
            reply(all);
            if (isSettled()) {
                send();
            }
        }
        return true;
    }

    private void reply(byte[] all) {
        ByteBuffer in = ByteBuffer.wrap(all);
        if (all.length < Frames.REPLY_OVERHEAD || all.length != Frames.REPLY_OVERHEAD + in.getShort(0)) {
            tally.wrong(all.length, "a datagram of " + all.length + " bytes that is no reply");
            return;
        }
        Reply reply = new Reply(in);
        build = reply.build;
        if (isSettled() || !reply.answers(answered, seed, digest)) {
            tally.wrong(all.length, reply.difference(answered, sent, digest));
            return;
        }
        tally.right(reply.length);
        tally.latencies.add(System.nanoTime() - since);
        tally.open--;
        bytesBack += reply.length;
        answered++;
    }

    /** Returns how many datagrams the kernel could not keep for the sockets of the server's port, as far as it can be known. */
    private String droppedByKernel() throws IOException {
        Path table = Path.of("/proc/net/udp");
        String port = String.format(Locale.ROOT, ":%04X ", ((InetSocketAddress) address).getPort());
        return Files.isReadable(table)
                ? Files.readAllLines(table).stream()
                        .map(String::strip)
                        .filter(line -> line.split(" +", 3)[1].concat(" ").endsWith(port))
                        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                        .toList()
                        .toString()
                : "an unknown number";
    }

    @Override
    void reset() throws IOException {
        close();
    }

    @Override
    void close() throws IOException {
        channel.close();
    }
}
