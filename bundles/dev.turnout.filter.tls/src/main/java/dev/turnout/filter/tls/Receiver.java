// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BufferedProtocol;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Decrypts what the transport below delivers and hands it up: to a stream protocol once in a turn, to a buffered one as often as its buffer needs.
 *
 * <p>What cannot go up at once, because reading is paused, the engine is at work elsewhere or the turn's share is used up, waits here encrypted, but
 * for at most one record; meanwhile the transport below does not read. Thread: the loop's.
 *
 * @see "READ-12, READ-13, BUF-5, BUF-17, BUF-19, TLS-36, TLS-37"
 */
final class Receiver {

    private static final byte POISON = (byte) 0xDD;

    private final IoLoop loop;
    private final TlsConnection connection;
    private final LoopBuffers buffers;
    private final Upper upper;
    private final Runnable resume = this::resume;

    /** Bytes of the wire that wait, from position to limit. */
    private LoopBuffers.@Nullable Lent waiting;

    /** Clear bytes that a small buffer of the protocol above did not take, from position to limit. */
    private LoopBuffers.@Nullable Lent held;

    /** Clear bytes that a protocol has left to its successor; they come before all others. */
    private @Nullable ByteBuffer unread;

    private int gathered;
    private boolean paused;
    private boolean scheduled;
    private boolean working;
    private boolean privateReads;

    Receiver(IoLoop loop, TlsConnection connection, LoopBuffers buffers, Upper upper) {
        this.loop = loop;
        this.connection = connection;
        this.buffers = buffers;
        this.upper = upper;
    }

    boolean isPaused() {
        return paused;
    }

    /** Tells whether there is something to go on with before the transport below reads any more. */
    boolean isBehind() {
        return scheduled || held != null || unread != null;
    }

    /** Tells whether the protocol above gets nothing now, by its own wish or while a file is sent (FILE-12). */
    boolean isHeldBack() {
        return paused || connection.readsNothing();
    }

    void pause() {
        paused = true;
    }

    void unpause() {
        paused = false;
        schedule();
    }

    /** Goes on in a later turn (BUF-19). */
    void schedule() {
        if (!scheduled && (waiting != null || held != null || unread != null || connection.isPeerEnded())) {
            scheduled = true;
            loop.callSoon(resume);
        }
    }

    private void resume() {
        scheduled = false;
        goOn();
        connection.updateReading();
    }

    /** Goes on with what waits, if that is possible. */
    void goOn() {
        if (!working && !connection.isEngineBusy() && mayDeliver()) {
            work();
            connection.received();
        }
    }

    /** Nothing goes up while the protocol above has paused; what it must not see any more, or not yet, is worked off. */
    private boolean mayDeliver() {
        return !isHeldBack() || !connection.isOpen();
    }

    /** Takes bytes of the wire. */
    void received(ByteBuffer data) {
        // whoever asked the transport below for private arrays gets them here too (JAVA-18)
        privateReads = !data.isReadOnly();
        LoopBuffers.Lent before = waiting;
        if (before == null) {
            waiting = buffers.forInput(data.remaining());
        } else {
            waiting = buffers.forInput(before.data.remaining() + data.remaining());
            waiting.data.put(before.data);
            before.release();
        }
        waiting.data.put(data).flip();
        if (!scheduled) {
            goOn();
        }
    }

    /** Lets the engine begin to speak, or go on after its tasks. */
    void start() {
        if (waiting == null) {
            waiting = buffers.record.take();
            waiting.data.flip();
        }
        goOn();
    }

    private void work() {
        LoopBuffers.Lent in = waiting;
        LoopBuffers.Lent out = buffers.sending.take();
        working = true;
        try {
            if (unread != null) {
                deliverUnread();
            } else if (held != null) {
                deliverHeld(in == null ? 0 : in.data.remaining());
            } else if (in != null) {
                work(in.data, out);
            }
        } catch (SSLException e) {
            connection.fail(e);
        } catch (RuntimeException e) {
            connection.fail(engineFailed(e));
        } finally {
            working = false;
            out.release();
            keep(in);
        }
    }

    private static SSLException engineFailed(RuntimeException e) {
        return new SSLException("the TLS engine failed: " + e, e);
    }

    /** Keeps what is left, in no more room than it needs. */
    private void keep(LoopBuffers.@Nullable Lent in) {
        if (in == null || in != waiting) {
            return;
        }
        int left = in.data.remaining();
        if ((left == 0 && !connection.isBroken()) || connection.isEnded() || connection.isPeerClosed()) {
            waiting = null;
            in.release();
        } else if (left <= buffers.record.bytes() && in.data.capacity() > buffers.record.bytes()) {
            LoopBuffers.Lent small = buffers.record.take();
            small.data.put(in.data).flip();
            waiting = small;
            in.release();
        }
    }

    private void work(ByteBuffer in, LoopBuffers.Lent out) throws SSLException {
        BufferedProtocol target = connection.isOpen() ? upper.buffered() : null;
        if (target == null) {
            LoopBuffers.Lent clear = buffers.clear.take();
            try {
                boolean more = true;
                while (more) {
                    more = step(in, clear, out);
                }
            } finally {
                clear.release();
            }
        } else if (Records.complete(in) || connection.isBroken()) {
            fill(target, in, out);
        }
    }

    /** Lets the engine work, and tells whether it may go on in this turn. */
    private boolean step(ByteBuffer in, LoopBuffers.Lent clear, LoopBuffers.Lent out) throws SSLException {
        TlsEngine.Outcome outcome = connection.advance(in, clear.data, out);
        if (outcome == TlsEngine.Outcome.OUTPUT || outcome == TlsEngine.Outcome.LAST_CALL) {
            return connection.handle(outcome);
        }
        int count = clear.data.position();
        if (count > 0) {
            if (connection.isOpen()) {
                deliver(clear, count);
            }
            clear.data.clear();
        }
        return !connection.isEnded() && connection.handle(outcome);
    }

    private void deliver(LoopBuffers.Lent clear, int count) {
        if (privateReads) {
            byte[] copy = new byte[count];
            clear.data.get(0, copy);
            upper.dataReceived(ByteBuffer.wrap(copy));
            return;
        }
        upper.dataReceived(clear.view.clear().order(ByteOrder.BIG_ENDIAN).limit(count));
        if (loop.getDebug()) {
            // a protocol that keeps the borrowed buffer is found by tests (JAVA-19)
            for (int i = 0; i < count; i++) {
                clear.data.put(i, POISON);
            }
        }
    }

    // --- buffered protocols

    /** Decrypts one record, asks for a buffer if that had bytes in it, and goes on right into the buffer as long as there is room for a record. */
    private void fill(BufferedProtocol target, ByteBuffer in, LoopBuffers.Lent out) throws SSLException {
        int hint = in.remaining();
        LoopBuffers.Lent first = buffers.record.take();
        TlsEngine.Outcome outcome;
        try {
            outcome = decryptOne(in, first.data, out);
        } catch (SSLException | RuntimeException e) {
            first.release();
            throw e;
        }
        first.data.flip();
        if (!first.data.hasRemaining()) {
            first.release();
            settle(outcome);
            return;
        }
        ByteBuffer room = upper.getBuffer(target, hint);
        if (room == null || target != upper.buffered() || isHeldBack() || !connection.isOpen()) {
            keepHeld(first);
            settle(outcome);
            return;
        }
        int count = copy(first.data, room);
        SSLException broken = null;
        if (outcome == TlsEngine.Outcome.CLEAR && room.remaining() - count >= connection.clearBytes()) {
            try {
                outcome = decryptMore(in, room, count, out);
            } catch (SSLException e) {
                broken = e; // what came before the broken record is good
            } catch (RuntimeException e) {
                broken = engineFailed(e);
            }
            count = gathered;
        }
        keepHeld(first);
        upper.bufferUpdated(target, count);
        if (broken != null) {
            throw broken;
        }
        settle(outcome);
    }

    private TlsEngine.Outcome decryptOne(ByteBuffer in, ByteBuffer clear, LoopBuffers.Lent out) throws SSLException {
        TlsEngine.Outcome outcome;
        do {
            clear.limit(Math.min(clear.capacity(), clear.position() + connection.clearBytes()));
            outcome = connection.advance(in, clear, out);
            if (outcome == TlsEngine.Outcome.LAST_CALL) {
                connection.handle(outcome);
            }
        } while (outcome == TlsEngine.Outcome.OUTPUT
                || outcome == TlsEngine.Outcome.LAST_CALL
                || (outcome == TlsEngine.Outcome.CLEAR && clear.position() == 0));
        return outcome;
    }

    /** Decrypts into the protocol's own buffer, whose position does not change (JAVA-20); how much is there then is in {@link #gathered}. */
    private TlsEngine.Outcome decryptMore(ByteBuffer in, ByteBuffer room, int already, LoopBuffers.Lent out)
            throws SSLException {
        int start = room.position();
        int limit = room.limit();
        TlsEngine.Outcome outcome;
        try {
            room.limit(Math.min(limit, start + LoopBuffers.CHUNK_BYTES)).position(start + already);
            do {
                outcome = connection.advance(in, room, out);
            } while (outcome == TlsEngine.Outcome.OUTPUT);
        } finally {
            gathered = room.position() - start;
            room.limit(limit).position(start);
        }
        return outcome;
    }

    private void deliverHeld(int encrypted) {
        LoopBuffers.Lent clear = held;
        if (clear == null || !connection.isOpen()) {
            releaseHeld();
            schedule();
            return;
        }
        BufferedProtocol target = upper.buffered();
        if (target == null) {
            // another protocol came meanwhile
            held = null;
            byte[] rest = new byte[clear.data.remaining()];
            clear.data.get(rest);
            clear.release();
            upper.dataReceived(
                    privateReads ? ByteBuffer.wrap(rest) : ByteBuffer.wrap(rest).asReadOnlyBuffer());
        } else {
            ByteBuffer room = upper.getBuffer(target, encrypted + clear.data.remaining());
            if (room != null && held == clear && target == upper.buffered() && !isHeldBack() && connection.isOpen()) {
                int count = copy(clear.data, room);
                held = null;
                keepHeld(clear);
                upper.bufferUpdated(target, count);
            }
        }
        schedule();
    }

    // --- a change of protocols

    /** Keeps unread bytes of a protocol for its successor (SWITCH-20). */
    void hold(ByteBuffer bytes) {
        if (!bytes.hasRemaining()) {
            return;
        }
        ByteBuffer later = unread;
        unread = later == null
                ? bytes
                : ByteBuffer.allocate(bytes.remaining() + later.remaining())
                        .put(bytes)
                        .put(later)
                        .flip();
        connection.updateReading();
    }

    /** Delivers unread bytes as far as the protocol in charge wants to read (SWITCH-25). */
    void deliverUnread() {
        while (unread != null && !paused && connection.isOpen()) {
            BufferedProtocol target = upper.buffered();
            if (target == null) {
                ByteBuffer chunk = takeUnread(LoopBuffers.CHUNK_BYTES);
                upper.dataReceived(privateReads ? privateCopy(chunk) : chunk.asReadOnlyBuffer());
            } else {
                fillFromUnread(target);
            }
        }
        schedule();
        connection.updateReading();
    }

    private void fillFromUnread(BufferedProtocol target) {
        ByteBuffer all = unread;
        ByteBuffer room = upper.getBuffer(target, all == null ? -1 : all.remaining());
        if (room != null && unread != null && target == upper.buffered() && !paused && connection.isOpen()) {
            ByteBuffer chunk = takeUnread(room.remaining());
            int count = chunk.remaining();
            room.duplicate().put(chunk);
            upper.bufferUpdated(target, count);
        }
    }

    private ByteBuffer takeUnread(int most) {
        ByteBuffer all = Objects.requireNonNull(unread);
        int count = Math.min(most, all.remaining());
        ByteBuffer chunk = all.slice(all.position(), count);
        all.position(all.position() + count);
        unread = all.hasRemaining() ? all : null;
        return chunk;
    }

    private static ByteBuffer privateCopy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return ByteBuffer.wrap(copy);
    }

    private static int copy(ByteBuffer from, ByteBuffer room) {
        int count = Math.min(from.remaining(), room.remaining());
        room.put(room.position(), from, from.position(), count);
        from.position(from.position() + count);
        return count;
    }

    private void keepHeld(LoopBuffers.Lent clear) {
        if (clear.data.hasRemaining()) {
            held = clear;
        } else {
            clear.release();
        }
    }

    /** Does what the engine's answer asks for, and leaves the rest of the bytes to a later turn. */
    private void settle(TlsEngine.Outcome outcome) throws SSLException {
        if ((!connection.isEnded() && connection.handle(outcome)) || held != null) {
            schedule();
        }
    }

    private void releaseHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    /** Drops everything. */
    void end() {
        releaseHeld();
        unread = null;
        if (waiting != null && !working) {
            waiting.release();
            waiting = null;
        }
    }
}
