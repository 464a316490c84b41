// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.error.ConnectionResetException;
import dev.turnout.api.error.TimedOutException;
import dev.turnout.api.loop.TimerHandle;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.network.Option;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.spi.Logs;
import dev.turnout.api.spi.Upgradeable;
import dev.turnout.api.transport.Transport;
import dev.turnout.transport.nio.FilePieces;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Is one TLS connection between the transport below and the protocol above: what happens when.
 *
 * <pre>
 *   new --connectionMade below--&gt; handshake --finished--&gt; open --close, closing alert, end of stream--&gt; flushing --all sent--&gt; alerted --&gt; ended
 *                                     \------------------------- failure, time-out, abort, loss below -------------------------/
 * </pre>
 *
 * <p>In <i>alerted</i> the own closing alert is sent and the peer's one is waited for. Thread: the loop's; the engine's delegated tasks run on the
 * loop's executor, and the engine is left alone meanwhile (JAVA-39).
 *
 * @see "section 20"
 */
final class TlsConnection {

    private enum State {
        NEW,
        HANDSHAKE,
        OPEN,
        FLUSHING,
        ALERTED,
        ENDED
    }

    private static final Logger LOG = Logs.of(TlsConnection.class.getName());

    private final IoLoop loop;
    private final LoopBuffers buffers;
    private final TlsTransport transport;
    private final Upper upper;
    private final Sender sender;
    private final Receiver receiver;
    private final CompletableFuture<Transport> established;
    private @Nullable TlsSettings settings;
    private @Nullable TlsEngine engine;
    private final TlsInfo info;
    private @Nullable Transport lower;
    private @Nullable TimerHandle timer;
    private @Nullable Throwable cause;
    private State state = State.NEW;
    private boolean engineBusy;
    private boolean lowerReading = true;
    private boolean lowerEnded;
    private boolean eofTold;
    private boolean alertAlone;
    private boolean told;

    TlsConnection(IoLoop loop, LoopBuffers buffers, BaseProtocol protocol, TlsSettings settings) {
        this.loop = loop;
        this.buffers = buffers;
        this.settings = settings;
        this.established = loop.createFuture();
        this.upper = new Upper(loop, this, protocol);
        this.sender = new Sender(this, buffers, upper);
        this.receiver = new Receiver(loop, this, buffers, upper);
        this.info = new TlsInfo(settings);
        this.transport = new TlsTransport(loop, this, upper, sender, receiver);
    }

    // --- the handshake

    void begin(Transport below) {
        lower = below;
        state = State.HANDSHAKE;
        if (below instanceof Upgradeable upgraded && upgraded.isWritingPaused()) {
            sender.inheritPause();
        }
        TlsSettings wanted = settings;
        if (wanted == null) {
            return;
        }
        timer = loop.callLater(wanted.handshakeTimeout(), this::handshakeTimedOut);
        try {
            if (wanted.isClient()) {
                TlsEngine client = wanted.clientEngine(below);
                engine = client;
                client.begin();
                receiver.start();
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    /**
     * Lets the engine work and sends what it has to say.
     *
     * @param out a lent buffer, cleared before and after
     */
    TlsEngine.Outcome advance(ByteBuffer in, ByteBuffer clear, LoopBuffers.Lent out) throws SSLException {
        TlsEngine by = engine;
        if (by == null) {
            by = serverEngine(in);
            if (by == null) {
                return TlsEngine.Outcome.INPUT;
            }
        }
        TlsEngine.Outcome outcome = by.advance(in, clear, out.data);
        sender.passEngineOutput(out);
        return outcome;
    }

    /** Makes the engine of a server as soon as the client has said whom it wants; null as long as it has not. */
    private @Nullable TlsEngine serverEngine(ByteBuffer in) throws SSLException {
        TlsSettings wanted = settings;
        if (wanted == null) {
            return null;
        }
        String name = "";
        if (wanted.needsHello()) {
            ClientHello hello = ClientHello.read(in);
            if (!hello.isComplete()) {
                return null;
            }
            name = hello.serverName();
        }
        SSLContext context = wanted.contextFor(name);
        info.chosen(context, name);
        engine = wanted.serverEngine(context);
        return engine;
    }

    /**
     * Does what the engine's answer asks for.
     *
     * @return whether the engine may go on in this turn
     */
    boolean handle(TlsEngine.Outcome outcome) throws SSLException {
        return switch (outcome) {
            case OUTPUT -> true;
            case CLEAR -> {
                if (isOpen()) {
                    receiver.schedule();
                }
                yield !isOpen();
            }
            case LAST_CALL -> {
                sender.drain(true);
                yield true;
            }
            case TASK -> {
                runTasks();
                yield false;
            }
            case ESTABLISHED -> {
                handshakeDone();
                receiver.schedule();
                yield false;
            }
            case INPUT, CLOSED -> false;
        };
    }

    private void runTasks() {
        TlsEngine by = engine;
        if (by == null) {
            return;
        }
        CompletionStage<Boolean> tasks = loop.runInExecutor(null, () -> {
            by.runTasks();
            return true;
        });
        engineBusy = true;
        tasks.whenComplete((done, failure) -> {
            engineBusy = false;
            if (failure != null) {
                fail(failure);
            } else if (!isEnded()) {
                receiver.start();
                resumeSending(); // which the receiver does not do while reading is paused
                updateReading();
            }
        });
    }

    private void handshakeDone() throws SSLException {
        TlsEngine by = engine;
        if (by == null) {
            return;
        }
        stopTimer();
        info.established(by);
        state = State.OPEN;
        told = true;
        sender.open(by);
        // connectionMade is called in here
        upper.enter();
        try {
            established.complete(transport);
        } finally {
            upper.leave();
        }
        sender.opened();
    }

    private void handshakeTimedOut() {
        TlsSettings wanted = settings;
        fail(new ConnectionAbortedException(
                "the TLS handshake with " + peer() + " took longer than "
                        + (wanted == null ? "" : Option.text(wanted.handshakeTimeout()))
                        + "; the connection is aborted",
                null));
    }

    // --- what the transport below tells

    void receivedBelow(ByteBuffer data) {
        if (!isEnded()) {
            receiver.received(data);
            updateReading();
        }
    }

    /** Is told that bytes were worked on: something may have become possible that was not before. */
    void received() {
        resumeSending();
        if (isPeerEnded() && !receiver.isBehind()) {
            peerEnded();
        }
    }

    /** Handles the end of the stream below, and tells whether that may stay open for what is still to be sent. */
    boolean endedBelow() {
        lowerEnded = true;
        if (isEnded()) {
            return false;
        }
        if (!told) {
            fail(new ConnectionResetException(peer() + " ended the connection during the TLS handshake", null));
            return false;
        }
        TlsSettings wanted = settings;
        if (state == State.OPEN && !isPeerClosed() && wanted != null && wanted.strictClose()) {
            fail(new SSLException("the stream of " + peer()
                    + " was truncated: it ended without TLS's closing alert, so the last bytes may be missing"));
            return false;
        }
        Transport below = lower;
        peerEnded();
        if (isEnded() || below == null) {
            return false;
        }
        if (!below.canWriteEof()) {
            // it closes itself now, and takes along what it has
            drainAll();
            return false;
        }
        return true;
    }

    private void drainAll() {
        try {
            sender.drain(true);
            finishFlushing();
        } catch (SSLException e) {
            fail(e);
        }
    }

    /** Acts on the peer's end, by alert or without, unless the protocol above does not want to know yet (TLS-33). */
    private void peerEnded() {
        if (state == State.OPEN && !eofTold) {
            if (receiver.isHeldBack()) {
                return;
            }
            eofTold = true;
            BaseProtocol target = upper.protocol();
            upper.enter();
            try {
                boolean keepOpen = upper.eofReceived();
                if (keepOpen && state == State.OPEN) {
                    LOG.log(
                            Level.WARNING,
                            "{0} wants to go on sending after the end of the stream; TLS knows no half-close: closing {1}",
                            target,
                            transport);
                }
                close();
            } finally {
                upper.leave();
            }
        } else if (state == State.ALERTED) {
            closeBelow();
        }
    }

    void pausedBelow() {
        sender.lowerPaused();
    }

    void resumedBelow() {
        try {
            sender.lowerResumed();
            finishFlushing();
        } catch (SSLException e) {
            fail(e);
        }
    }

    private void resumeSending() {
        try {
            if (told && !isEnded()) {
                sender.drain(false);
                finishFlushing();
            }
        } catch (SSLException e) {
            fail(e);
        }
    }

    /** Handles the loss of the connection below: the end of everything. */
    void lostBelow(@Nullable Throwable why) {
        // a peer that has ended and gone need not take the closing alert
        Throwable reason = cause == null && !(alertAlone && isPeerEnded()) ? why : cause;
        state = State.ENDED;
        stopTimer();
        sender.clear();
        sender.failFile(reason);
        receiver.end();
        if (told) {
            upper.connectionLost(reason);
        } else {
            upper.forget();
            handshakeFailed(
                    reason != null
                            ? reason
                            : new ConnectionAbortedException(
                                    "the connection to " + peer() + " was closed during the TLS handshake", null));
        }
        settings = null;
        info.ended(isPeerClosed());
        engine = null;
    }

    // --- files

    /** Sends part of a file after what waits; until that is done nothing is written or read, and closing waits. */
    CompletionStage<Long> sendFile(FileChannel file, long offset, long count) {
        FilePieces pieces = new FilePieces(loop, file, offset, count, this::resumeSending, this::fileEnded);
        try {
            sender.begin(pieces);
            updateReading();
        } catch (SSLException e) {
            fail(e);
        }
        return pieces.result();
    }

    private void fileEnded() {
        sender.fileEnded();
        if (!isEnded()) {
            try {
                finishFlushing();
            } catch (SSLException e) {
                fail(e);
            }
            readOn();
        }
    }

    /** Is told that what comes from the peer may be worked on again. */
    void readOn() {
        receiver.schedule();
        updateReading();
    }

    // --- ending

    void close() {
        if (state == State.NEW || state == State.HANDSHAKE) {
            fail(new ConnectionAbortedException("the connection was closed during the TLS handshake", null));
        } else if (state == State.OPEN) {
            state = State.FLUSHING;
            sender.closing();
            TlsSettings wanted = settings;
            if (wanted != null) {
                timer = loop.callLater(wanted.shutdownTimeout(), this::shutdownTimedOut);
            }
            try {
                finishFlushing();
            } catch (SSLException e) {
                fail(e);
            }
            receiver.schedule();
            updateReading();
        }
    }

    private void shutdownTimedOut() {
        TlsSettings wanted = settings;
        fail(new TimedOutException(
                "closing " + transport + " took longer than "
                        + (wanted == null ? "" : Option.text(wanted.shutdownTimeout())) + "; the connection is aborted",
                null));
    }

    /** Sends the closing alert after the last byte; then the peer's one is all that is missing (TLS-22). */
    private void finishFlushing() throws SSLException {
        if (state != State.FLUSHING || !sender.isIdle() || engineBusy) {
            return;
        }
        state = State.ALERTED;
        alertAlone = lower != null && lower.getWriteBufferSize() == 0;
        sendLast(false);
        if (isPeerEnded()) {
            closeBelow();
        }
    }

    private void sendLast(boolean failed) throws SSLException {
        TlsEngine by = engine;
        if (by == null || engineBusy) {
            return;
        }
        LoopBuffers.Lent out = buffers.sending.take();
        try {
            if (failed) {
                by.fail(out.data);
            } else {
                by.end(out.data);
            }
            sender.passDown(out);
        } finally {
            out.release();
        }
    }

    /** Passes bytes down, by the door that upgraded transports have for it. */
    void writeBelow(ByteBuffer data) {
        if (lower instanceof Upgradeable upgraded) {
            upgraded.writeFromLayer(data);
        } else if (lower != null) {
            lower.write(data);
        }
    }

    private void closeBelow() {
        Transport below = lower;
        if (below != null) {
            below.close();
        }
    }

    void abort() {
        end(null);
    }

    /** Ends at once, with an error; what TLS has to say about it is sent if possible, but no closing alert: the peer must see that the stream was cut. */
    void fail(Throwable why) {
        if (isEnded()) {
            return;
        }
        if (why instanceof SSLException) {
            try {
                sendLast(true);
            } catch (SSLException | RuntimeException e) {
                why.addSuppressed(e);
            }
        }
        end(why);
    }

    private void end(@Nullable Throwable why) {
        if (isEnded()) {
            return;
        }
        state = State.ENDED;
        cause = why;
        stopTimer();
        sender.clear();
        sender.closing();
        receiver.end();
        Transport below = lower;
        if (!told && why != null) {
            handshakeFailed(why);
        }
        if (below != null) {
            below.abort();
        }
        sender.failFile(why);
    }

    private void handshakeFailed(Throwable why) {
        if (established.completeExceptionally(why)) {
            LOG.log(Level.DEBUG, () -> "the TLS handshake with " + peer() + " failed: " + why.getMessage(), why);
        }
    }

    private void stopTimer() {
        TimerHandle running = timer;
        timer = null;
        if (running != null) {
            running.cancel();
        }
    }

    // --- about itself

    /** Has the transport below read exactly while what it brings can be worked on. */
    void updateReading() {
        Transport below = lower;
        if (below == null || isEnded()) {
            return;
        }
        boolean wanted = !engineBusy && !receiver.isBehind() && !(isOpen() && receiver.isHeldBack());
        if (wanted != lowerReading) {
            lowerReading = wanted;
            if (wanted) {
                below.resumeReading();
            } else {
                below.pauseReading();
            }
        }
    }

    void callbackReturned() {
        transport.callbackReturned();
    }

    CompletableFuture<Transport> established() {
        return established;
    }

    TlsTransport transport() {
        return transport;
    }

    @Nullable
    Transport lower() {
        return lower;
    }

    TlsInfo info() {
        return info;
    }

    int clearBytes() {
        TlsEngine by = engine;
        return by == null ? LoopBuffers.CHUNK_BYTES : by.clearBytes();
    }

    /** Tells whether a file is on its way, for which the engine needs nothing of the peer. */
    boolean readsNothing() {
        return sender.isSendingFile() && !sender.isFileStuck();
    }

    boolean isEngineBusy() {
        return engineBusy;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    boolean isBroken() {
        TlsEngine by = engine;
        return by != null && by.isBroken();
    }

    boolean isPeerClosed() {
        TlsEngine by = engine;
        return by != null && by.isPeerClosed();
    }

    /** Tells whether the peer will send no more, with or without saying so. */
    boolean isPeerEnded() {
        return lowerEnded || isPeerClosed();
    }

    /** Tells whether it is on its way to the end, for whatever reason (TLS-42). */
    boolean isClosing() {
        Transport below = lower;
        return state.compareTo(State.FLUSHING) >= 0 || (below != null && below.isClosing());
    }

    /** Says the state in a word, also after the end and off the loop's thread. */
    String stateText() {
        return switch (state) {
            case NEW, HANDSHAKE -> "handshake";
            case OPEN -> "open";
            case FLUSHING, ALERTED -> "closing";
            case ENDED -> upper.protocol() == null ? "closed" : "closing";
        };
    }

    /** Returns the peer's address for texts. */
    private String peer() {
        Transport below = lower;
        String name = below == null ? "" : String.valueOf(below.getExtraInfo("peername", ""));
        return name.isEmpty() ? "the peer" : name; // a client of a unix socket has an empty one
    }
}
