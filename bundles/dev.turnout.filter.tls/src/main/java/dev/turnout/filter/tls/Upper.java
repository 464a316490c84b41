// SPDX-License-Identifier: Apache-2.0
package dev.turnout.filter.tls;

import dev.turnout.api.loop.ErrorContext;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.Protocol;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls the protocol above, and reports what it throws. Thread: the loop's.
 *
 * @see "section 13, BUF-6 to BUF-9"
 */
final class Upper {

    private final IoLoop loop;
    private final TlsConnection connection;
    private @Nullable BaseProtocol protocol;
    private @Nullable Protocol stream;
    private @Nullable BufferedProtocol buffered;
    private int depth;

    Upper(IoLoop loop, TlsConnection connection, BaseProtocol protocol) {
        this.loop = loop;
        this.connection = connection;
        set(protocol);
    }

    @Nullable
    BaseProtocol protocol() {
        return protocol;
    }

    @Nullable
    BufferedProtocol buffered() {
        return buffered;
    }

    /** Tells whether a callback is being made. */
    boolean isBusy() {
        return depth > 0;
    }

    /** Puts a protocol in charge without telling anybody (TLS-45). */
    void set(BaseProtocol next) {
        protocol = next;
        buffered = next instanceof BufferedProtocol b ? b : null;
        stream = next instanceof Protocol s && buffered == null ? s : null;
    }

    void dataReceived(ByteBuffer data) {
        Protocol target = stream;
        if (target == null) {
            return;
        }
        enter();
        try {
            target.dataReceived(data);
        } catch (Throwable e) {
            failed("dataReceived() failed", e, target);
        } finally {
            leave();
        }
    }

    /** Returns the protocol's buffer, or null if it has none that can be used; the connection is lost then. */
    @Nullable
    ByteBuffer getBuffer(BufferedProtocol target, int hint) {
        ByteBuffer room = null;
        enter();
        try {
            room = target.getBuffer(hint);
            if (!room.hasRemaining() || room.isReadOnly()) {
                room = null;
                throw new IllegalStateException("getBuffer() returned a buffer without room to write into");
            }
        } catch (Throwable e) {
            failed("getBuffer() failed", e, target);
        } finally {
            leave();
        }
        return room;
    }

    void bufferUpdated(BufferedProtocol target, int count) {
        enter();
        try {
            target.bufferUpdated(count);
        } catch (Throwable e) {
            failed("bufferUpdated() failed", e, target);
        } finally {
            leave();
        }
    }

    /** Returns whether the protocol would like to go on sending, which TLS does not offer. */
    boolean eofReceived() {
        BaseProtocol target = Objects.requireNonNull(protocol);
        boolean keepOpen = false;
        enter();
        try {
            keepOpen = target instanceof BufferedProtocol b ? b.eofReceived() : ((Protocol) target).eofReceived();
        } catch (Throwable e) {
            failed("eofReceived() failed", e, target);
        } finally {
            leave();
        }
        return keepOpen;
    }

    void pauseWriting() {
        BaseProtocol target = protocol;
        if (target == null) {
            return;
        }
        enter();
        try {
            target.pauseWriting();
        } catch (Throwable e) {
            report("pauseWriting() failed", e, target);
        } finally {
            leave();
        }
    }

    void resumeWriting() {
        BaseProtocol target = protocol;
        if (target == null) {
            return;
        }
        enter();
        try {
            target.resumeWriting();
        } catch (Throwable e) {
            report("resumeWriting() failed", e, target);
        } finally {
            leave();
        }
    }

    /** Makes the last call, and lets go of the protocol. */
    void connectionLost(@Nullable Throwable cause) {
        BaseProtocol target = protocol;
        if (target == null) {
            return;
        }
        try {
            target.connectionLost(cause);
        } catch (Throwable e) {
            report("connectionLost() failed", e, target);
        } finally {
            forget();
        }
    }

    void forget() {
        protocol = null;
        stream = null;
        buffered = null;
    }

    void enter() {
        depth++;
    }

    /** Is called after callbacks; what waits for the last of them to return happens now. */
    void leave() {
        depth--;
        if (depth == 0) {
            connection.callbackReturned();
        }
    }

    private void failed(String message, Throwable e, BaseProtocol target) {
        connection.fail(e);
        report(message, e, target);
    }

    /** Reports a failing callback to the loop's handler; running out of memory ends the loop's turn (CB-15, CB-16). */
    void report(String message, Throwable e, @Nullable BaseProtocol target) {
        loop.callExceptionHandler(ErrorContext.of(message, e)
                .with(ErrorContext.TRANSPORT, connection.transport())
                .with(ErrorContext.PROTOCOL, target));
        if (e instanceof OutOfMemoryError fatal) {
            throw fatal;
        }
    }
}
