// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.OutOfDescriptorsException;
import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.network.Option;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Accepts what waits at one listening socket and hands it to the server.
 *
 * <p>Without descriptors it reports once, waits one second and tries again; the connections in being go on. Thread: the server's loop.
 *
 * @see "SERVER-15 to SERVER-19"
 */
public final class Acceptor implements ReadyHandler {

    static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final IoLoop loop;
    private final SocketKind kind;
    private final BoundSocket<ServerSocketChannel> socket;
    private final StreamServer server;
    private final int backlog;
    private final ChannelView view;
    private final Registration registration;
    private @Nullable TimerHandle retry;
    private boolean open;

    /** Claims the listening socket, without accepting yet. */
    Acceptor(IoLoop loop, SocketKind kind, BoundSocket<ServerSocketChannel> socket, StreamServer server, int backlog) {
        this.loop = loop;
        this.kind = kind;
        this.socket = socket;
        this.server = server;
        this.backlog = backlog;
        this.view = new ChannelView(socket.channel());
        this.registration = ReadySource.register(loop, socket.channel(), 0, this);
    }

    ChannelView view() {
        return view;
    }

    /** Says whether connections are wanted now; during a pause for want of descriptors it takes effect afterwards. */
    void setOpen(boolean wanted) {
        open = wanted;
        registration.interestOps(open && retry == null ? SelectionKey.OP_ACCEPT : 0);
    }

    /** Tells whether the channel is the transport's own work, which its next version could not know. */
    boolean isOfItsTransport() {
        return socket.channel() instanceof ReadySource;
    }

    /** Stops at once and leaves the socket open; it is the caller's from now on. */
    ServerSocketChannel release() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        open = false;
        registration.cancel();
        return socket.channel();
    }

    /** Stops at once; on return the address is free. */
    void close() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        open = false;
        registration.close();
        socket.afterClose().accept(server.options());
    }

    @Override
    public void ready(int readyOps) {
        for (int i = 0; i < backlog && open && retry == null; i++) {
            try {
                SocketChannel channel = kind.accept(socket.channel());
                if (channel == null) {
                    return;
                }
                server.accepted(channel);
            } catch (IOException e) {
                if (!goOnAfter(e)) {
                    return;
                }
            }
        }
    }

    private boolean goOnAfter(IOException e) {
        IOException known = SystemErrors.classify("accept at " + view, e);
        if (known instanceof ConnectionAbortedException && socket.channel().isOpen()) {
            return true;
        }
        loop.callExceptionHandler(ErrorContext.of(
                        known instanceof OutOfDescriptorsException
                                ? "cannot accept: out of descriptors or memory; trying again in "
                                        + Option.text(RETRY_DELAY)
                                : "cannot accept a connection",
                        known)
                .with(ErrorContext.SOCKET, view));
        if (known instanceof OutOfDescriptorsException) {
            retry = loop.callLater(RETRY_DELAY, this::tryAgain);
            setOpen(open);
        }
        return false;
    }

    private void tryAgain() {
        retry = null;
        setOpen(open);
    }
}
