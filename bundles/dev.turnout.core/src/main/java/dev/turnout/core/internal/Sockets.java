// SPDX-License-Identifier: Apache-2.0
package dev.turnout.core.internal;

import dev.turnout.api.loop.Accepted;
import dev.turnout.api.loop.Datagram;
import dev.turnout.api.loop.Received;
import dev.turnout.api.loop.SocketOperations;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Watches channels and works on them without a transport.
 *
 * @see "sections 4 and 22"
 */
final class Sockets implements SocketOperations {

    /** A round of a file transfer is no longer than this, so that neighbours get their turn (JAVA-40). */
    private static final long FILE_ROUND_BYTES = 256 * 1024;

    private static final int MOST_BYTES = 256 * 1024;

    private final SelectorLoop loop;
    private final Poller poller;

    /** Is not the loop's scratch buffer: what is in that is lent to the protocol whose callback may be on the stack (JAVA-17). */
    private @Nullable ByteBuffer incoming;

    Sockets(SelectorLoop loop, Poller poller) {
        this.loop = loop;
        this.poller = poller;
    }

    @Override
    public void addReader(SelectableChannel channel, Runnable callback) {
        add(channel, false, loop.newCallback(callback));
    }

    @Override
    public boolean removeReader(SelectableChannel channel) {
        return remove(channel, false);
    }

    @Override
    public void addWriter(SelectableChannel channel, Runnable callback) {
        add(channel, true, loop.newCallback(callback));
    }

    @Override
    public boolean removeWriter(SelectableChannel channel) {
        return remove(channel, true);
    }

    @Override
    public CompletionStage<ByteBuffer> sockRecv(SocketChannel channel, int max) {
        requireUsable(channel, "receive from");
        requirePositive(max);
        return new SocketOperation<ByteBuffer>(this, channel, false, "receive from") {
            @Override
            boolean attempt() throws IOException {
                ByteBuffer data = room(max);
                int count = channel.read(data);
                result =
                        ByteBuffer.allocate(Math.max(count, 0)).put(data.flip()).flip();
                return count != 0;
            }
        }.start();
    }

    @Override
    public CompletionStage<Integer> sockRecvInto(SocketChannel channel, ByteBuffer target) {
        requireUsable(channel, "receive from");
        return new SocketOperation<Integer>(this, channel, false, "receive from") {
            @Override
            boolean attempt() throws IOException {
                boolean room = target.hasRemaining();
                int count = channel.read(target);
                result = Math.max(count, 0);
                return count != 0 || !room;
            }
        }.start();
    }

    @Override
    public CompletionStage<Void> sockSendall(SocketChannel channel, ByteBuffer data) {
        requireUsable(channel, "send to");
        return new SocketOperation<Void>(this, channel, true, "send to") {
            @Override
            boolean attempt() throws IOException {
                channel.write(data);
                return !data.hasRemaining();
            }
        }.start();
    }

    @Override
    public CompletionStage<Datagram> sockRecvfrom(DatagramChannel channel, int max) {
        requireUsable(channel, "receive from");
        requirePositive(max);
        return new SocketOperation<Datagram>(this, channel, false, "receive from") {
            @Override
            boolean attempt() throws IOException {
                ByteBuffer data = room(max);
                SocketAddress sender = channel.receive(data);
                if (sender != null) {
                    data.flip();
                    result = new Datagram(
                            ByteBuffer.allocate(data.remaining()).put(data).flip(), sender);
                }
                return sender != null;
            }
        }.start();
    }

    @Override
    public CompletionStage<Received> sockRecvfromInto(DatagramChannel channel, ByteBuffer target) {
        requireUsable(channel, "receive from");
        return new SocketOperation<Received>(this, channel, false, "receive from") {
            @Override
            boolean attempt() throws IOException {
                int before = target.position();
                SocketAddress sender = channel.receive(target);
                if (sender != null) {
                    result = new Received(target.position() - before, sender);
                }
                return sender != null;
            }
        }.start();
    }

    @Override
    public CompletionStage<Integer> sockSendto(DatagramChannel channel, ByteBuffer data, SocketAddress target) {
        requireUsable(channel, "send to");
        return new SocketOperation<Integer>(this, channel, true, "send to " + target + " from") {
            @Override
            boolean attempt() throws IOException {
                int size = data.remaining();
                result = channel.send(data, target);
                // an empty datagram cannot be told from a full socket; it is taken as sent
                return size == 0 || !data.hasRemaining();
            }
        }.start();
    }

    @Override
    public CompletionStage<Void> sockConnect(SocketChannel channel, SocketAddress target) {
        requireUsable(channel, "connect");
        requireIdle(channel, true, "connect");
        if (target instanceof InetSocketAddress name && name.isUnresolved()) {
            return resolveAndConnect(channel, name);
        }
        return new SocketOperation<Void>(this, channel, true, "connect to " + target + " by") {
            private boolean begun;

            @Override
            boolean attempt() throws IOException {
                if (begun) {
                    return channel.finishConnect();
                }
                begun = true;
                return channel.connect(target);
            }
        }.start();
    }

    @Override
    public CompletionStage<Accepted> sockAccept(ServerSocketChannel channel) {
        requireUsable(channel, "accept from");
        return new SocketOperation<Accepted>(this, channel, false, "accept from") {
            @Override
            boolean attempt() throws IOException {
                SocketChannel accepted = channel.accept();
                if (accepted == null) {
                    return false;
                }
                try {
                    accepted.configureBlocking(false);
                    result = new Accepted(accepted, accepted.getRemoteAddress());
                } catch (IOException e) {
                    accepted.close();
                    throw e;
                }
                return true;
            }
        }.start();
    }

    @Override
    public CompletionStage<Long> sockSendfile(SocketChannel channel, FileChannel file, long offset, long count) {
        requireUsable(channel, "send a file to");
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative: " + offset);
        }
        if (count <= 0 && count != -1) {
            throw new IllegalArgumentException("count must be above 0, or -1 for all: " + count);
        }
        if (!channel.isConnected()) {
            throw new NotYetConnectedException();
        }
        return new FileTransfer(this, channel, file, offset, count).start();
    }

    /** Fails if the channel cannot be used here at all: for want of a channel, of an open or non-blocking one, or because a transport owns it. */
    void requireUsable(@Nullable SelectableChannel channel, String what) {
        loop.requireOpen();
        loop.checkThread();
        if (channel == null || !channel.isOpen()) {
            throw new IllegalArgumentException("cannot " + what + " " + channel + ": no open channel");
        }
        if (channel.isBlocking()) {
            throw new IllegalArgumentException(
                    "cannot " + what + " " + channel + ": it is blocking; call configureBlocking(false) first");
        }
        ChannelRegistration registration = poller.registrationOf(channel);
        if (registration != null && !(registration.handler instanceof Watch)) {
            throw new IllegalStateException("cannot " + what + " " + channel + ": it is used by transport "
                    + registration.handler + "; use that one or close it");
        }
    }

    /** Fails if an operation waits in that direction already: a second one would leave the first without an end. */
    void requireIdle(SelectableChannel channel, boolean writes, String what) {
        Watch watch = watchOf(channel);
        Callback present = watch == null ? null : watch.callback(writes);
        if (present != null && present.task() instanceof SocketOperation<?> pending && !pending.isDone()) {
            throw new IllegalStateException("cannot " + what + " " + channel
                    + ": another operation waits in that direction; let it end or cancel it first");
        }
    }

    void watch(SelectableChannel channel, boolean writes, SocketOperation<?> operation) {
        put(channel, writes, loop.newCallback(operation));
    }

    void unwatch(SelectableChannel channel, boolean writes, SocketOperation<?> operation) {
        Watch watch = watchOf(channel);
        Callback present = watch == null ? null : watch.callback(writes);
        if (present != null && present.task() == operation) {
            clear(channel, writes);
        }
    }

    /** Does the same on the loop's thread, now or soon; does nothing on a closed loop. */
    void unwatchFromAnywhere(SelectableChannel channel, boolean writes, SocketOperation<?> operation) {
        if (loop.inLoop()) {
            unwatch(channel, writes, operation);
        } else {
            loop.tell(() -> unwatch(channel, writes, operation));
        }
    }

    /** Gives up what a closed loop needs no more. */
    void close() {
        incoming = null;
    }

    /** Returns where to receive at most {@code max} bytes, until the result is copied. */
    private ByteBuffer room(int max) {
        ByteBuffer buffer = incoming;
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(MOST_BYTES);
            incoming = buffer;
        }
        return buffer.clear().limit(Math.min(max, MOST_BYTES));
    }

    private CompletionStage<Void> resolveAndConnect(SocketChannel channel, InetSocketAddress name) {
        PendingConnect pending = new PendingConnect();
        CompletionStage<List<InetSocketAddress>> lookup =
                loop.getaddrinfo(name.getHostString(), Integer.toString(name.getPort()), null);
        pending.awaits(lookup.toCompletableFuture());
        lookup.whenComplete((addresses, failure) -> {
            if (pending.isDone()) {
                return;
            }
            if (failure != null) {
                pending.completeExceptionally(failure);
                return;
            }
            try {
                CompletionStage<Void> connect = sockConnect(channel, addresses.get(0));
                pending.awaits(connect.toCompletableFuture());
                connect.whenComplete((nothing, refused) -> pending.end(refused));
            } catch (RuntimeException e) {
                pending.completeExceptionally(e);
            }
        });
        return pending;
    }

    private void add(SelectableChannel channel, boolean writes, Callback callback) {
        String what = writes ? "watch for writing" : "watch for reading";
        requireUsable(channel, what);
        if (!Watch.fits(channel, writes)) {
            throw new IllegalArgumentException("cannot " + what + " " + channel + ": it knows no such operation");
        }
        requireIdle(channel, writes, what);
        put(channel, writes, callback);
    }

    private void put(SelectableChannel channel, boolean writes, Callback callback) {
        Watch watch = watchOf(channel);
        if (watch == null) {
            Watch fresh = new Watch(loop);
            fresh.set(writes, callback);
            poller.register(channel, fresh.interest(channel), fresh);
        } else {
            watch.set(writes, callback);
            update(channel, watch);
        }
    }

    private boolean remove(SelectableChannel channel, boolean writes) {
        if (loop.isClosed()) {
            return false;
        }
        loop.checkThread();
        Watch watch = watchOf(channel);
        if (watch == null || watch.callback(writes) == null) {
            return false;
        }
        clear(channel, writes);
        return true;
    }

    private void clear(SelectableChannel channel, boolean writes) {
        Watch watch = watchOf(channel);
        if (watch != null) {
            watch.set(writes, null);
            update(channel, watch);
        }
    }

    private void update(SelectableChannel channel, Watch watch) {
        ChannelRegistration registration = poller.registrationOf(channel);
        int interest = watch.interest(channel);
        if (registration != null && interest == 0) {
            registration.cancel();
        } else if (registration != null) {
            registration.interestOps(interest);
        }
    }

    private @Nullable Watch watchOf(SelectableChannel channel) {
        ChannelRegistration registration = poller.registrationOf(channel);
        return registration != null && registration.handler instanceof Watch watch ? watch : null;
    }

    private static void requirePositive(int max) {
        if (max <= 0) {
            throw new IllegalArgumentException("max must be above 0: " + max);
        }
    }

    /** Is a connect that has to resolve its target first; a cancel reaches whichever of the two steps is under way. */
    private static final class PendingConnect extends LoopFuture<Void> {

        private volatile @Nullable CompletableFuture<?> step;

        void awaits(CompletableFuture<?> next) {
            step = next;
            if (isCancelled()) {
                next.cancel(false);
            }
        }

        void end(@Nullable Throwable failure) {
            if (failure == null) {
                complete(null);
            } else {
                completeExceptionally(failure);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            CompletableFuture<?> present = step;
            if (present != null) {
                present.cancel(false);
            }
            return cancelled;
        }
    }

    /** Sends part of a file in rounds. */
    private static final class FileTransfer extends SocketOperation<Long> {

        private final SocketChannel channel;
        private final FileChannel file;
        private final long offset;
        private final long count;
        private long sent;

        FileTransfer(Sockets sockets, SocketChannel channel, FileChannel file, long offset, long count) {
            super(sockets, channel, true, "send a file to");
            this.channel = channel;
            this.file = file;
            this.offset = offset;
            this.count = count;
        }

        @Override
        boolean attempt() throws IOException {
            long end = Math.max(file.size(), offset);
            long wanted = (count == -1 ? end - offset : Math.min(count, end - offset)) - sent;
            if (wanted > 0) {
                long round = Math.min(wanted, FILE_ROUND_BYTES);
                long moved = 0;
                try {
                    moved = file.transferTo(offset + sent, round, channel);
                } finally {
                    sent += moved;
                    file.position(offset + sent);
                }
                wanted -= moved;
            }
            result = sent;
            if (wanted <= 0) {
                file.position(offset + sent);
            }
            return wanted <= 0;
        }
    }
}
