// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.udp;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.testkit.contract.DatagramFixture;
import dev.turnout.transport.nio.ReadySource;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Is a channel whose kernel takes nothing, or fails, when the test wants it: on the loopback interface the real one always takes datagrams. */
final class GatedChannel extends DatagramChannel implements ReadySource, DatagramFixture.Gate {

    private final DatagramChannel inner;
    private final Deque<Exception> sendFailures = new ArrayDeque<>();
    private final Deque<Optional<Exception>> receiveFailures = new ArrayDeque<>();
    private @Nullable IOException bindFailure;
    private @Nullable IOException connectFailure;
    private boolean shut;
    private @Nullable Gateway gateway;

    GatedChannel(DatagramChannel inner) {
        super(inner.provider());
        this.inner = inner;
    }

    @Override
    public void shut() {
        shut = true;
        apply();
    }

    @Override
    public void reopen() {
        shut = false;
        apply();
    }

    @Override
    public void failSend(Exception failure) {
        sendFailures.add(failure);
    }

    @Override
    public void failReceive(@Nullable Exception failure) {
        receiveFailures.add(Optional.ofNullable(failure));
    }

    /** Lets each attempt to bind fail, and each to connect. */
    void failOpening(@Nullable IOException toBind, @Nullable IOException toConnect) {
        bindFailure = toBind;
        connectFailure = toConnect;
    }

    private void apply() {
        Gateway present = gateway;
        if (present != null) {
            present.apply();
        }
    }

    @Override
    public Registration register(IoLoop loop, int ops, ReadyHandler handler) {
        Gateway made = new Gateway(loop.register(inner, 0, handler));
        gateway = made;
        made.interestOps(ops);
        return made;
    }

    private final class Gateway implements Registration {

        private final Registration real;
        private int wanted;

        Gateway(Registration real) {
            this.real = real;
        }

        void apply() {
            real.interestOps(shut ? wanted & ~SelectionKey.OP_WRITE : wanted);
        }

        @Override
        public SelectableChannel channel() {
            return GatedChannel.this;
        }

        @Override
        public int interestOps() {
            return wanted;
        }

        @Override
        public void interestOps(int ops) {
            wanted = ops;
            apply();
        }

        @Override
        public void cancel() {
            real.cancel();
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private boolean taken() throws IOException {
        if (shut) {
            return false;
        }
        Exception failure = sendFailures.poll();
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof RuntimeException other) {
            throw other;
        }
        return true;
    }

    @Override
    public int send(ByteBuffer src, SocketAddress target) throws IOException {
        return taken() ? inner.send(src, target) : 0;
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        return taken() ? inner.write(src) : 0;
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer dst) throws IOException {
        Optional<Exception> failure = receiveFailures.poll();
        if (failure == null) {
            return inner.receive(dst);
        }
        if (failure.orElse(null) instanceof IOException io) {
            throw io;
        }
        if (failure.orElse(null) instanceof RuntimeException other) {
            throw other;
        }
        return null;
    }

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        if (bindFailure != null) {
            throw bindFailure;
        }
        inner.bind(local);
        return this;
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
        inner.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return inner.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return inner.supportedOptions();
    }

    @Override
    public DatagramSocket socket() {
        return inner.socket();
    }

    @Override
    public boolean isConnected() {
        return inner.isConnected();
    }

    @Override
    public DatagramChannel connect(SocketAddress remote) throws IOException {
        if (connectFailure != null) {
            throw connectFailure;
        }
        inner.connect(remote);
        return this;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        inner.disconnect();
        return this;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        return inner.getRemoteAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return inner.getLocalAddress();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return inner.read(dst);
    }

    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
        return inner.read(dsts, offset, length);
    }

    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
        return inner.write(srcs, offset, length);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        return inner.join(group, on);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, InetAddress source) throws IOException {
        return inner.join(group, on, source);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        inner.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        inner.configureBlocking(block);
    }
}
