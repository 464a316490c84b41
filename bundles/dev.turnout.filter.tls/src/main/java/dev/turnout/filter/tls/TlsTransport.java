// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.spi.CallbackAware;
import dev.turnout.api.spi.FileSender;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.SwitchReport;
import dev.turnout.api.spi.Upgradeable;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.transport.nio.ProtocolSwitch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Is the side of a TLS connection that the protocol above sees: its transport. Thread: the loop's. */
final class TlsTransport implements Transport, FileSender, Upgradeable, CallbackAware {

    private static final Logger LOG = Logs.of(TlsTransport.class.getName());
    private static final int QUIET_DROPS = 5;

    private final IoLoop loop;
    private final TlsConnection connection;
    private final Upper upper;
    private final Sender sender;
    private final Receiver receiver;
    private final ProtocolSwitch switching;
    private boolean upgraded;
    private int drops;

    TlsTransport(IoLoop loop, TlsConnection connection, Upper upper, Sender sender, Receiver receiver) {
        this.loop = loop;
        this.connection = connection;
        this.upper = upper;
        this.sender = sender;
        this.receiver = receiver;
        this.switching = new ProtocolSwitch(new SwitchHost(connection, upper, sender, receiver));
    }

    // --- writing

    @Override
    public void write(ByteBuffer data) {
        loop.checkThread();
        refuseUpgraded();
        send(data);
    }

    @Override
    public void writeFromLayer(ByteBuffer data) {
        loop.checkThread();
        send(data);
    }

    private void send(ByteBuffer data) {
        int size = data.remaining();
        if (connection.isClosing()) {
            drop(size);
            data.position(data.limit());
            return;
        }
        refuseDuringFile();
        if (size > 0) {
            try {
                sender.write(data);
            } catch (SSLException e) {
                connection.fail(e);
            }
            data.position(data.limit());
        }
    }

    @Override
    public void writeOwned(ByteBuffer data) {
        loop.checkThread();
        refuseUpgraded();
        if (connection.isClosing()) {
            drop(data.remaining());
        } else {
            refuseDuringFile();
            try {
                sender.writeOwned(data);
            } catch (SSLException e) {
                connection.fail(e);
            }
        }
        data.position(data.limit());
    }

    @Override
    public void writelines(Iterable<ByteBuffer> data) {
        loop.checkThread();
        refuseUpgraded();
        if (!connection.isClosing()) {
            refuseDuringFile();
        }
        ClearQueue lines = new ClearQueue(); // as nothing is sent if the iteration fails
        data.forEach(lines::addCopy);
        refuseUpgraded();
        if (connection.isClosing()) {
            drop(lines.size());
            return;
        }
        refuseDuringFile();
        try {
            sender.writelines(lines);
        } catch (SSLException e) {
            connection.fail(e);
        }
    }

    /** Counts a write that comes too late (TLS-41). */
    private void drop(long size) {
        if (size > 0 && ++drops > QUIET_DROPS) {
            LOG.log(Level.WARNING, "write number {0} after the end of {1}; dropped", drops, this);
        }
    }

    private void refuseDuringFile() {
        if (sender.isSendingFile()) {
            throw new IllegalStateException("cannot write during a sendfile on " + this + "; wait for its completion");
        }
    }

    private void refuseUpgraded() {
        if (upgraded) {
            throw new IllegalStateException(
                    "cannot use " + this + ": it was upgraded; use the transport that the upgrade returned");
        }
    }

    @Override
    public CompletionStage<Long> sendfile(FileChannel file, long offset, long count) {
        loop.checkThread();
        refuseUpgraded();
        boolean closing = connection.isClosing();
        if (closing || sender.isSendingFile()) {
            throw new IllegalStateException(
                    "cannot send a file on " + this + (closing ? ": it is closing" : " during another sendfile"));
        }
        return connection.sendFile(file, offset, count);
    }

    /** Says no: what the system would send is not encrypted. */
    @Override
    public boolean hasSystemSend() {
        return false;
    }

    /** Throws, as TLS knows no half-close (WRITE-33, TLS-34, TLS-35). */
    @Override
    public void writeEof() {
        loop.checkThread();
        throw new UnsupportedOperationException(
                "TLS has no half-close: close() ends both directions, after sending what waits");
    }

    @Override
    public boolean canWriteEof() {
        loop.checkThread();
        return false;
    }

    @Override
    public long getWriteBufferSize() {
        loop.checkThread();
        return sender.size();
    }

    @Override
    public WaterMarks getWriteBufferLimits() {
        loop.checkThread();
        return sender.marks();
    }

    @Override
    public void setWriteBufferLimits(WaterMarks marks) {
        loop.checkThread();
        sender.setMarks(marks);
    }

    @Override
    public void setWriteBufferLimits() {
        loop.checkThread();
        sender.setMarks(WaterMarks.TLS_DEFAULT);
    }

    @Override
    public boolean isWritingPaused() {
        loop.checkThread();
        return sender.isPaused();
    }

    // --- reading

    @Override
    public boolean isReading() {
        loop.checkThread();
        return !receiver.isPaused() && !connection.isClosing() && !connection.isPeerEnded();
    }

    @Override
    public void pauseReading() {
        loop.checkThread();
        if (!connection.isClosing()) {
            receiver.pause();
            connection.updateReading();
        }
    }

    @Override
    public void resumeReading() {
        loop.checkThread();
        if (receiver.isPaused() && !connection.isClosing()) {
            receiver.unpause();
            connection.updateReading();
        }
    }

    // --- ending

    @Override
    public void close() {
        loop.checkThread();
        connection.close();
    }

    @Override
    public void abort() {
        loop.checkThread();
        connection.abort();
    }

    @Override
    public boolean isClosing() {
        loop.checkThread();
        return connection.isClosing();
    }

    // --- the protocol in charge

    @Override
    public void setProtocol(BaseProtocol next, UnreadBytes unreadBytes) {
        loop.checkThread();
        refuseUpgraded();
        requireStreamProtocol(next);
        BaseProtocol current = upper.protocol();
        if (current != null) {
            switching.ask(current, next, unreadBytes);
        }
    }

    @Override
    public void replaceProtocol(BaseProtocol layer) {
        loop.checkThread();
        refuseUpgraded();
        requireStreamProtocol(layer);
        if (upper.protocol() != null) {
            upper.set(layer);
        }
    }

    @Override
    public void upgrade(BaseProtocol layer) {
        if (!connection.isClosing() && sender.isSendingFile()) {
            throw new IllegalStateException("cannot upgrade " + this + " during a sendfile");
        }
        replaceProtocol(layer);
        upgraded = true;
    }

    private static void requireStreamProtocol(@Nullable BaseProtocol protocol) {
        if (!(protocol instanceof Protocol) && !(protocol instanceof BufferedProtocol)) {
            throw new IllegalArgumentException("a stream transport needs a Protocol or BufferedProtocol, not "
                    + (protocol == null ? "null" : protocol.getClass().getName()));
        }
    }

    @Override
    public @Nullable BaseProtocol getProtocol() {
        loop.checkThread();
        return upper.protocol();
    }

    /** Is told that the last of the nested callbacks of the protocol has returned (SWITCH-27). */
    void callbackReturned() {
        if (switching.isAsked()) {
            switching.run();
        }
    }

    @Override
    public boolean isSwitchingStrict() {
        return connection.lower() instanceof Upgradeable below && below.isSwitchingStrict();
    }

    @Override
    public boolean isInCallback() {
        return upper.isBusy();
    }

    @Override
    public void asCallback(Runnable callback) {
        upper.enter();
        try {
            callback.run();
        } finally {
            upper.leave();
        }
    }

    @Override
    public void switchedAbove(SwitchReport report) {
        if (connection.lower() instanceof Upgradeable below) {
            below.switchedAbove(report);
        }
    }

    // --- about itself

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public Optional<Object> getExtraInfo(String name) {
        loop.checkThread();
        Objects.requireNonNull(name, "name");
        Optional<Optional<Object>> own = connection.info().find(name);
        Transport below = connection.lower();
        if (own.isPresent()) {
            return own.get();
        }
        return below == null ? Optional.empty() : below.getExtraInfo(name);
    }

    /** Says kind, state, buffered size and what is below; in every state and from any thread (BASE-22). */
    @Override
    public String toString() {
        return "TLS transport (" + connection.stateText() + ", " + sender.size() + " bytes buffered) over "
                + connection.lower();
    }
}
