// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import static java.util.Objects.requireNonNull;

import dev.turnout.api.error.ConnectionAbortedException;
import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.loop.io.IoLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.spi.FileSender;
import dev.turnout.api.spi.Upgradeable;
import dev.turnout.api.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file in pieces over a transport that cannot have the system send it, TLS for one: reads off the loop, writes on it, one piece at a time,
 * the next when writing is not paused. The user's protocol is set aside meanwhile.
 *
 * <pre>
 *   reading -> (writing -> reading)* -> draining -> done
 * </pre>
 *
 * <p>Thread: the transport's loop.
 *
 * @see "FILE-4, FILE-9, FILE-12, FILE-13"
 */
final class FileFallback implements Protocol {

    private static final int PIECE = 64 * 1024;

    private final Transport transport;
    private final EventLoop loop;
    private final FileChannel file;
    private final long offset;
    private final long count;
    private final CompletableFuture<Long> result;
    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
    private final BaseProtocol user;
    private final boolean resumeReading;
    private long sent;
    private boolean paused;
    /** Whether the user's protocol was told to pause and has to be told to resume. */
    private boolean userPaused;

    private boolean readDone;
    private boolean awaitingWritable;

    private FileFallback(
            Transport transport,
            FileChannel file,
            long offset,
            long count,
            CompletableFuture<Long> result,
            BaseProtocol user) {
        this.transport = transport;
        this.loop = transport.loop();
        this.file = file;
        this.offset = offset;
        this.count = count;
        this.result = result;
        this.user = user;
        this.resumeReading = transport.isReading();
        this.paused = transport.getWriteBufferSize()
                > transport.getWriteBufferLimits().high();
        this.userPaused = paused;
    }

    static CompletionStage<Long> sendfile(
            Core core, Transport transport, FileChannel file, long offset, long count, boolean fallback) {
        requireNonNull(file, "file");
        IoLoop loop = (IoLoop) requireNonNull(transport, "transport").loop();
        loop.checkThread();
        Arguments.filePart(file, offset, count);
        BaseProtocol user = transport.getProtocol();
        if (transport.isClosing() || user == null) {
            throw new IllegalStateException("cannot send a file: the transport is closing: " + transport);
        }
        if (transport instanceof FileSender sender) {
            return sender.sendfile(file, offset, count);
        }
        CompletableFuture<Long> result = loop.createFuture();
        if (!fallback) {
            result.completeExceptionally(new UnsupportedOperationException(
                    "the system cannot send a file over " + transport + "; allow the fallback to read and write it"));
            return result;
        }
        new FileFallback(transport, file, offset, count, result, user).begin();
        return result;
    }

    private void begin() {
        replace(this);
        transport.pauseReading();
        advance();
    }

    private void replace(BaseProtocol protocol) {
        if (transport instanceof Upgradeable upgradeable) {
            upgradeable.replaceProtocol(protocol);
        } else {
            transport.setProtocol(protocol);
        }
    }

    /** Does the next step: waits for the buffer to sink, reads a piece, or ends. */
    private void advance() {
        if (result.isDone()) {
            restore(null);
        } else if (paused) {
            awaitingWritable = true;
        } else if (readDone) {
            restore(null);
        } else {
            long rest = count == -1 ? PIECE : Math.min(PIECE, count - sent);
            piece.clear().limit((int) rest);
            loop.runInExecutor(null, () -> file.read(piece, offset + sent)).whenComplete(this::pieceRead);
        }
    }

    private void pieceRead(@Nullable Integer length, @Nullable Throwable failure) {
        if (transport.getProtocol() != this) {
            // the end was told already, but somebody may have put another protocol in charge
            result.completeExceptionally(new IllegalStateException(
                    "another protocol took " + transport + " over while a file was being sent"));
            return;
        }
        if (failure != null) {
            restore(LoopCalls.cause(failure));
            return;
        }
        if (length == null || length <= 0) {
            readDone = true;
        } else if (transport.isClosing()) {
            restore(new ConnectionAbortedException(
                    "the transport was closed after " + sent + " bytes of a file that was being sent", null));
            return;
        } else {
            piece.flip();
            sent += length;
            transport.write(piece);
            readDone = sent == count;
        }
        advance();
    }

    @Override
    public void pauseWriting() {
        paused = true;
    }

    @Override
    public void resumeWriting() {
        if (!paused) {
            // it was the user's protocol that had been paused, before this one came
            userPaused = true;
        }
        paused = false;
        if (awaitingWritable) {
            awaitingWritable = false;
            advance();
        }
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        position();
        result.completeExceptionally(
                cause instanceof IOException
                        ? cause
                        : new ConnectionAbortedException("the connection ended while a file was being sent", cause));
        user.connectionLost(cause);
    }

    /** Puts the user's protocol back and completes. */
    private void restore(@Nullable Throwable failure) {
        replace(user);
        if (resumeReading) {
            transport.resumeReading();
        }
        position();
        if (userPaused && !paused) {
            user.resumeWriting();
        }
        if (failure != null) {
            result.completeExceptionally(failure);
        } else {
            result.complete(sent);
        }
    }

    private void position() {
        try {
            file.position(offset + sent);
        } catch (IOException e) {
            result.completeExceptionally(e);
        }
    }
}
