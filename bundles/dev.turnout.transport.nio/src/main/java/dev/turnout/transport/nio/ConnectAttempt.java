// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.error.AddressNotAvailableException;
import dev.turnout.api.error.SystemErrors;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.loop.io.ReadyHandler;
import dev.turnout.api.loop.io.Registration;
import dev.turnout.api.spi.Logs;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tries one address. Tells its connector once, unless it is cancelled; a failed or cancelled attempt leaves no socket (CONN-10, CONN-15).
 */
final class ConnectAttempt implements ReadyHandler {

    private final Connector connector;
    private final IoLoop loop;
    private final SocketKind kind;
    private final SocketAddress target;
    private final List<? extends SocketAddress> locals;
    private @Nullable SocketChannel channel;
    private @Nullable Registration registration;

    ConnectAttempt(
            Connector connector,
            IoLoop loop,
            SocketKind kind,
            SocketAddress target,
            List<? extends SocketAddress> locals) {
        this.connector = connector;
        this.loop = loop;
        this.kind = kind;
        this.target = target;
        this.locals = locals;
    }

    void start() {
        SocketChannel opened;
        try {
            opened = kind.open(loop.provider(), target);
            channel = opened;
            opened.configureBlocking(false);
            if (!locals.isEmpty()) {
                bind(opened);
            }
            if (!opened.connect(target)) {
                registration = ReadySource.register(loop, opened, SelectionKey.OP_CONNECT, this);
                return;
            }
        } catch (IOException e) {
            failed(e);
            return;
        } catch (UnsupportedOperationException | IllegalArgumentException | SecurityException e) {
            failed(new IOException(describe() + ": " + e.getMessage(), e));
            return;
        }
        connector.connected(this, opened);
    }

    private void bind(SocketChannel opened) throws IOException {
        IOException last = null;
        for (SocketAddress local : locals) {
            if (sameFamily(local, target)) {
                try {
                    opened.bind(local);
                    return;
                } catch (IOException e) {
                    last = SystemErrors.classify("bind to local address " + local, e);
                }
            }
        }
        throw last != null
                ? last
                : new AddressNotAvailableException(
                        describe() + ": none of the local addresses " + locals + " has its family", null);
    }

    private static boolean sameFamily(SocketAddress a, SocketAddress b) {
        if (a instanceof InetSocketAddress x && b instanceof InetSocketAddress y) {
            return (x.getAddress() instanceof Inet4Address) == (y.getAddress() instanceof Inet4Address);
        }
        return a.getClass() == b.getClass();
    }

    @Override
    public void ready(int readyOps) {
        SocketChannel connecting = channel;
        Registration waiting = registration;
        if (connecting == null || waiting == null) {
            return;
        }
        try {
            if (!connecting.finishConnect()) {
                return;
            }
        } catch (IOException e) {
            failed(e);
            return;
        }
        waiting.cancel();
        connector.connected(this, connecting);
    }

    private void failed(IOException e) {
        cancel();
        connector.failed(this, SystemErrors.classify(describe(), e));
    }

    private String describe() {
        return "connect to " + kind.scheme() + " " + target;
    }

    void cancel() {
        Registration waiting = registration;
        SocketChannel opened = channel;
        registration = null;
        channel = null;
        if (waiting != null) {
            waiting.close();
        } else if (opened != null) {
            closeQuietly(opened);
        }
    }

    static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            Logs.of(ConnectAttempt.class.getName()).log(Level.DEBUG, "cannot close " + channel, e);
        }
    }
}
