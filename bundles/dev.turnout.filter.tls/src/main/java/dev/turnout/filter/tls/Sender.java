// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.error.ConnectionResetException;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import dev.turnout.transport.nio.FilePieces;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what the protocol above writes and passes it down, as far as the transport below wants it; the rest waits here in clear.
 *
 * <p>A file that is being sent comes after what waits, one piece at a time, and is no part of what flow control counts; nothing is written meanwhile.
 *
 * <p>Thread: the loop's. Data path: {@link #write} encrypts straight from the caller's buffer into a lent one, which the transport below drains.
 *
 * @see "TLS-15, TLS-39, TLS-40, FILE-4"
 */
final class Sender {

    private static final int MOST_UNASKED = 64 * 1024;

    private final TlsConnection connection;
    private final LoopBuffers buffers;
    private final ClearQueue queue = new ClearQueue();
    private final Flow flow;
    private @Nullable TlsEngine engine;
    private @Nullable FilePieces file;
    private boolean lowerPaused;
    private boolean draining;

    /** Whether a file cannot go on before the engine has heard from the peer. */
    private boolean fileStuck;

    private int unasked;

    Sender(TlsConnection connection, LoopBuffers buffers, Upper upper) {
        this.connection = connection;
        this.buffers = buffers;
        this.flow = new Flow(upper);
    }

    /** Begins to send, with what was written before (TLS-15). */
    void open(TlsEngine established) throws SSLException {
        engine = established;
        encryptWaiting(established, false);
    }

    /** Is told that the protocol above knows its transport now. */
    void opened() {
        flow.shrunk(queue.size());
    }

    void write(ByteBuffer data) throws SSLException {
        if (queue.isEmpty()) {
            send(data);
        }
        if (data.hasRemaining()) {
            queue.addCopy(data);
            flow.grown(queue.size());
        }
    }

    void writeOwned(ByteBuffer data) throws SSLException {
        if (queue.isEmpty()) {
            send(data);
        }
        if (data.hasRemaining()) {
            queue.addOwned(data.duplicate());
            flow.grown(queue.size());
        }
        data.position(data.limit());
    }

    /** Sends lines, of which short ones share records (WRITE-10). */
    void writelines(ClearQueue lines) throws SSLException {
        queue.addAll(lines);
        drain(false);
        flow.grown(queue.size());
    }

    /** Encrypts and passes down while the transport below takes it. */
    private void send(ByteBuffer data) throws SSLException {
        TlsEngine by = engine;
        if (by == null || connection.isEngineBusy()) {
            return;
        }
        boolean more = true;
        while (more && data.hasRemaining() && !lowerPaused) {
            more = sendRound(by, data);
        }
    }

    private boolean sendRound(TlsEngine by, ByteBuffer data) throws SSLException {
        LoopBuffers.Lent out = buffers.sending.take();
        try {
            boolean more = by.encrypt(data, out.data);
            if (by.isMute()) {
                data.position(data.limit());
            }
            return passDown(out) && more;
        } finally {
            out.release();
        }
    }

    /**
     * Hands what the engine itself has to say to the transport below, which has to take it.
     *
     * @throws SSLException if the peer has made it say a lot, by updates of keys for one, without reading any of it
     */
    void passEngineOutput(LoopBuffers.Lent out) throws SSLException {
        if (lowerPaused && engine != null) {
            unasked += out.data.position();
            if (unasked > MOST_UNASKED) {
                throw new SSLException(
                        "the peer made TLS answer with " + unasked
                                + " bytes, by updates of keys or new negotiations, and reads nothing; the connection is aborted");
            }
        }
        passDown(out);
    }

    /** Hands bytes to the transport below, and tells whether it still takes any. */
    boolean passDown(LoopBuffers.Lent out) {
        Transport below = connection.lower();
        out.data.flip();
        if (below == null || !out.data.hasRemaining()) {
            return below != null;
        }
        connection.writeBelow(out.data);
        out.data.clear();
        if (below.isClosing()) {
            queue.clear();
            return false;
        }
        return true;
    }

    /**
     * Goes on with what waits.
     *
     * @param all whether the transport below has to take everything, because there will be no later
     */
    void drain(boolean all) throws SSLException {
        TlsEngine by = engine;
        if (by == null || draining || connection.isEngineBusy()) {
            return;
        }
        encryptWaiting(by, all);
        flow.shrunk(queue.size());
        if (queue.isEmpty()) {
            sendPieces(by);
        }
    }

    /** Sends a file after what waits. */
    void begin(FilePieces pieces) throws SSLException {
        file = pieces;
        drain(false);
    }

    /** Is told that the file is sent, or will not be. */
    void fileEnded() {
        file = null;
        fileStuck = false;
    }

    boolean isFileStuck() {
        return fileStuck;
    }

    boolean isSendingFile() {
        return file != null;
    }

    /** Encrypts of a piece what the transport below takes, and has the next one read when that is all of it. */
    private void sendPieces(TlsEngine by) throws SSLException {
        FilePieces sending = file;
        if (sending == null || lowerPaused || isClosedBelow()) {
            return;
        }
        ByteBuffer piece = sending.piece();
        int begin = piece.position();
        draining = true;
        try {
            send(piece);
        } finally {
            draining = false;
        }
        if (by.isMute()) {
            piece.position(begin);
            sending.fail(new ConnectionResetException(
                    "the peer ended the connection while a file was being sent; TLS takes no more of it", null));
            return;
        }
        boolean taken = !lowerPaused && !isClosedBelow() && !connection.isEngineBusy();
        fileStuck = taken && piece.hasRemaining();
        if (fileStuck) {
            connection.readOn();
        } else if (taken) {
            sending.next();
        }
    }

    /** Tells whether the transport below drops what it gets, or will soon be gone. */
    private boolean isClosedBelow() {
        Transport below = connection.lower();
        return below == null || below.isClosing();
    }

    private void encryptWaiting(TlsEngine by, boolean all) throws SSLException {
        draining = true;
        try {
            boolean more = true;
            while (more && !queue.isEmpty() && (all || !lowerPaused)) {
                more = drainRound(by);
            }
        } finally {
            draining = false;
        }
    }

    /** Fills one buffer from as many waiting ones as it takes. */
    private boolean drainRound(TlsEngine by) throws SSLException {
        LoopBuffers.Lent out = buffers.sending.take();
        try {
            boolean full = false;
            boolean stuck = false;
            while (!full && !stuck && !queue.isEmpty()) {
                ByteBuffer first = queue.first();
                int before = first.remaining();
                full = by.encrypt(first, out.data);
                int taken = before - first.remaining();
                stuck = !full && first.hasRemaining();
                queue.taken(taken);
                if (by.isMute()) {
                    // before TLS 1.3 the peer's alert ends both directions: what is left can never be sent
                    queue.clear();
                }
            }
            return passDown(out) && !stuck;
        } finally {
            out.release();
        }
    }

    void lowerPaused() {
        lowerPaused = true;
    }

    void lowerResumed() throws SSLException {
        lowerPaused = false;
        unasked = 0;
        drain(false);
    }

    /** Begins with the pause that the protocol above was told by the transport that is now below (TLS-57). */
    void inheritPause() {
        lowerPaused = true;
        flow.inherit();
    }

    /** Drops what waits. */
    void clear() {
        queue.clear();
    }

    /** Fails the file that is being sent, if any, as the connection has ended. */
    void failFile(@Nullable Throwable why) {
        FilePieces sending = file;
        if (sending != null) {
            sending.fail(why);
        }
    }

    void closing() {
        flow.closing();
    }

    /** Tells whether nothing waits, and no file is being sent. */
    boolean isIdle() {
        return queue.isEmpty() && file == null;
    }

    boolean isPaused() {
        return flow.isPaused();
    }

    long size() {
        return queue.size();
    }

    WaterMarks marks() {
        return flow.marks();
    }

    void setMarks(WaterMarks marks) {
        flow.setMarks(marks, queue.size());
    }
}
