// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes of the wire into clear ones and back; knows no transport, no loop and no clock.
 *
 * <pre>
 *   handshake --first FINISHED--&gt; established --closing alert of the peer--&gt; closed
 * </pre>
 *
 * <p>Thread: one at a time; while {@link #runTasks} runs elsewhere nothing else may be called.
 */
final class TlsEngine {

    /** Says why {@link #advance} came back. */
    enum Outcome {
        /** It wants more bytes from the wire. */
        INPUT,
        /** It wants to have its output sent. */
        OUTPUT,
        /** It wants its clear bytes taken. */
        CLEAR,
        /** It wants {@link #runTasks}. */
        TASK,
        /** The handshake is over, just now; comes once. */
        ESTABLISHED,
        /** The next record may make the engine stop sending: what is to go out must be encrypted now; comes once for each such record. */
        LAST_CALL,
        /** The peer's closing alert came. */
        CLOSED
    }

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final byte[] TOO_LONG = {23, 3, 3, -1, -1};
    private static final String TLS_1_3 = "TLSv1.3";

    private final SSLEngine engine;
    private final boolean refusesRenegotiation;
    private boolean established;
    private boolean peerClosed;
    private boolean lastCalled;
    private boolean mute;
    private boolean telling;
    private @Nullable SSLException deferred;
    /** Whether types of records can be seen after the handshake, and a closing alert ends both directions. */
    private boolean before13;

    private int packetBytes;
    private int clearBytes;

    TlsEngine(SSLEngine engine, boolean refusesRenegotiation) {
        this.engine = engine;
        this.refusesRenegotiation = refusesRenegotiation;
        measure();
    }

    private void measure() {
        SSLSession session = engine.getSession();
        packetBytes = session.getPacketBufferSize();
        clearBytes = session.getApplicationBufferSize();
    }

    /** Begins the handshake; the client's first message is ready to be taken by {@link #advance}. */
    void begin() throws SSLException {
        engine.beginHandshake();
    }

    boolean isEstablished() {
        return established;
    }

    /** Tells whether the next {@link #advance} will fail, as a broken record came behind good ones. */
    boolean isBroken() {
        return deferred != null;
    }

    boolean isPeerClosed() {
        return peerClosed;
    }

    /** Tells whether the engine has refused to encrypt, as it has said its last. */
    boolean isMute() {
        return mute;
    }

    /** Returns the room that one record's clear bytes need. */
    int clearBytes() {
        return clearBytes;
    }

    /** Returns the room that one record needs. */
    int packetBytes() {
        return packetBytes;
    }

    SSLSession session() {
        return engine.getSession();
    }

    @Nullable
    String applicationProtocol() {
        return engine.getApplicationProtocol();
    }

    /**
     * Works as far as it can.
     *
     * @param in bytes of the wire, in a buffer that the engine may write to; whole records only are taken
     * @param clear where clear bytes go
     * @param out where bytes for the wire go
     */
    Outcome advance(ByteBuffer in, ByteBuffer clear, ByteBuffer out) throws SSLException {
        SSLException failure = deferred;
        if (failure != null) {
            throw failure;
        }
        int before = clear.position();
        try {
            return work(in, clear, out);
        } catch (SSLException e) {
            if (clear.position() == before) {
                throw e;
            }
            // what came before the broken record is good
            deferred = e;
            return Outcome.CLEAR;
        }
    }

    private Outcome work(ByteBuffer in, ByteBuffer clear, ByteBuffer out) throws SSLException {
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            Outcome outcome;
            if (status == HandshakeStatus.NEED_TASK) {
                outcome = Outcome.TASK;
            } else if (status == HandshakeStatus.NEED_WRAP && !peerClosed) {
                outcome = wrap(out);
            } else {
                outcome = unwrap(in, clear);
            }
            if (telling) {
                telling = false;
                return Outcome.ESTABLISHED;
            }
            if (outcome != null) {
                return outcome;
            }
        }
    }

    private @Nullable Outcome wrap(ByteBuffer out) throws SSLException {
        if (out.remaining() < packetBytes) {
            return Outcome.OUTPUT;
        }
        SSLEngineResult result = engine.wrap(NOTHING, out);
        note(result);
        return switch (result.getStatus()) {
            case BUFFER_OVERFLOW -> Outcome.OUTPUT;
            case CLOSED -> Outcome.CLOSED;
            default ->
                result.bytesProduced() == 0 && result.getHandshakeStatus() == HandshakeStatus.NEED_WRAP
                        ? Outcome.INPUT
                        : null;
        };
    }

    private @Nullable Outcome unwrap(ByteBuffer in, ByteBuffer clear) throws SSLException {
        if (peerClosed) {
            return Outcome.CLOSED;
        }
        if (clear.remaining() < clearBytes) {
            return Outcome.CLEAR;
        }
        if (!Records.complete(in)) {
            return Outcome.INPUT;
        }
        if (established && before13 && mayBeLast(in)) {
            if (clear.position() > 0) {
                return Outcome.CLEAR; // whoever gets it may answer
            }
            if (!lastCalled) {
                lastCalled = true;
                return Outcome.LAST_CALL;
            }
            lastCalled = false;
        }
        HandshakeStatus before = engine.getHandshakeStatus();
        SSLEngineResult result = engine.unwrap(in, clear);
        note(result);
        if (result.getStatus() == Status.CLOSED) {
            peerClosed = true;
            return Outcome.CLOSED;
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            measure();
            return Outcome.CLEAR;
        }
        boolean idle = result.bytesConsumed() == 0 && result.bytesProduced() == 0;
        return result.getStatus() == Status.BUFFER_UNDERFLOW || (idle && engine.getHandshakeStatus() == before)
                ? Outcome.INPUT
                : null;
    }

    /** Before TLS 1.3 an alert may be the closing one, which the engine answers at once, whatever waits to be sent (TLS-29). */
    private boolean mayBeLast(ByteBuffer in) throws SSLException {
        int type = Records.type(in);
        if (type == Records.HANDSHAKE && refusesRenegotiation) {
            throw new SSLException(
                    "the peer wants to negotiate again, which is refused; set renegotiation=true to allow it");
        }
        return type == Records.ALERT;
    }

    private void note(SSLEngineResult result) {
        if (result.getHandshakeStatus() == HandshakeStatus.FINISHED && !established) {
            established = true;
            telling = true;
            before13 = !engine.getSession().getProtocol().equals(TLS_1_3);
            measure();
        }
    }

    /** Does what the engine wants done off the loop, on the calling thread. */
    void runTasks() {
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
    }

    /**
     * Encrypts whole records as long as there is room for one, and tells whether that is what stopped it; if not, either all is encrypted or the
     * engine has to shake hands first.
     */
    boolean encrypt(ByteBuffer clear, ByteBuffer out) throws SSLException {
        while (clear.hasRemaining()) {
            if (out.remaining() < packetBytes) {
                return true;
            }
            SSLEngineResult result = engine.wrap(clear, out);
            note(result);
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                measure();
                return true;
            }
            if (result.getStatus() == Status.CLOSED) {
                mute = true;
                return false;
            }
            if (result.bytesConsumed() == 0 && result.bytesProduced() == 0) {
                return false;
            }
        }
        return false;
    }

    /** Adds what the engine has to say last: the closing alert, or the one that tells the peer of a failure if it has failed. */
    void end(ByteBuffer out) throws SSLException {
        engine.closeOutbound();
        while (!engine.isOutboundDone() && out.remaining() >= packetBytes) {
            SSLEngineResult result = engine.wrap(NOTHING, out);
            if (result.bytesProduced() == 0) {
                return;
            }
        }
    }

    /**
     * Adds the alert that tells the peer of a failure, if the engine has one to give; never the closing alert, by which the peer would take a stream that
     * was cut for a whole one.
     */
    void fail(ByteBuffer out) throws SSLException {
        if (peerClosed) {
            return; // what the engine wants to say now may be the closing alert
        }
        flush(out);
        if (established && !engine.isOutboundDone()) {
            // the failure is none of the engine's, which makes an alert only of its own
            try {
                engine.unwrap(ByteBuffer.wrap(TOO_LONG), ByteBuffer.allocate(clearBytes));
            } catch (SSLException expected) {
                flush(out);
            }
        }
    }

    private void flush(ByteBuffer out) throws SSLException {
        boolean more = true;
        while (more && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && out.remaining() >= packetBytes) {
            more = engine.wrap(NOTHING, out).bytesProduced() > 0;
        }
    }
}
