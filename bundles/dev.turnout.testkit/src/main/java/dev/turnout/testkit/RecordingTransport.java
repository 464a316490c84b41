// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit;

import dev.turnout.api.loop.EventLoop;
import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.api.transport.ExtraInfo;
import dev.turnout.api.transport.Transport;
import dev.turnout.api.transport.WaterMarks;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Is a transport without a wire, for tests of protocols: the test plays the peer.
 *
 * <p>Written bytes are collected; {@link #hold()} lets them pile up as behind a slow peer, {@link #release(long)} takes them away. Callbacks that
 * follow a close come in a later turn of the loop, so run it. Thread: the loop's.
 */
public final class RecordingTransport implements Transport {

    private final EventLoop loop;
    private final Map<String, Object> extraInfo = new HashMap<>();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private @Nullable BaseProtocol protocol;
    private WaterMarks marks = WaterMarks.DEFAULT;
    private long held;
    private boolean holding;
    private boolean writingPaused;
    private boolean readingPaused;
    private boolean eofWritten;
    private boolean eofReceived;
    private boolean closing;
    private boolean aborted;

    /** Makes a transport and calls {@code connectionMade}. */
    public RecordingTransport(EventLoop loop, BaseProtocol protocol) {
        this.loop = loop;
        this.protocol = protocol;
        protocol.connectionMade(this);
    }

    /** Delivers bytes as if the peer had sent them, in one piece. */
    public void receive(byte[] bytes) {
        receive(ByteBuffer.wrap(bytes));
    }

    /** Delivers text as if the peer had sent it, in one piece. */
    public void receive(String text) {
        receive(text.getBytes(StandardCharsets.UTF_8));
    }

    private void receive(ByteBuffer bytes) {
        if (!isReading()) {
            throw new IllegalStateException("the protocol does not read: paused, closing or after the end of stream");
        }
        if (protocol instanceof Protocol stream) {
            stream.dataReceived(bytes.asReadOnlyBuffer());
        } else if (protocol instanceof BufferedProtocol buffered) {
            while (bytes.hasRemaining()) {
                ByteBuffer room = buffered.getBuffer(-1);
                int count = Math.min(room.remaining(), bytes.remaining());
                room.duplicate().put(bytes.slice().limit(count));
                bytes.position(bytes.position() + count);
                buffered.bufferUpdated(count);
            }
        }
    }

    /** Ends the stream as the peer would, and closes if the protocol does not keep it open. */
    public void receiveEof() {
        eofReceived = true;
        boolean keep = protocol instanceof Protocol stream
                ? stream.eofReceived()
                : protocol instanceof BufferedProtocol buffered && buffered.eofReceived();
        if (!keep) {
            close();
        }
    }

    /** Ends the connection with an error, as a reset would. */
    public void lose(@Nullable Throwable cause) {
        end(cause);
    }

    /** Keeps what is written from now on in the buffer. */
    public void hold() {
        holding = true;
    }

    /** Takes so many bytes out of the buffer, as a peer that reads would. */
    public void release(long count) {
        held = Math.max(0, held - count);
        if (writingPaused && held <= marks.low() && protocol != null) {
            writingPaused = false;
            protocol.resumeWriting();
        }
        finish();
    }

    /** Returns all bytes written so far. */
    public byte[] written() {
        return written.toByteArray();
    }

    /** Returns all bytes written so far as text. */
    public String writtenText() {
        return written.toString(StandardCharsets.UTF_8);
    }

    /** Forgets the bytes written so far. */
    public void clearWritten() {
        written.reset();
    }

    /** Tells whether the protocol has closed its sending side. */
    public boolean isEofWritten() {
        return eofWritten;
    }

    /** Tells whether the protocol has aborted. */
    public boolean isAborted() {
        return aborted;
    }

    /** Tells whether the protocol was told to pause writing. */
    public boolean isWritingPaused() {
        return writingPaused;
    }

    /** Sets information that the protocol can ask for. */
    public <T> RecordingTransport with(ExtraInfo<T> key, T value) {
        extraInfo.put(key.name(), value);
        return this;
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void write(ByteBuffer data) {
        if (eofWritten) {
            throw new IllegalStateException("cannot write after writeEof()");
        }
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        if (closing) {
            return;
        }
        written.writeBytes(bytes);
        if (holding) {
            held += bytes.length;
            pauseIfAbove();
        }
    }

    @Override
    public void writeOwned(ByteBuffer data) {
        write(data);
    }

    @Override
    public void writelines(Iterable<ByteBuffer> data) {
        List<ByteBuffer> lines = new ArrayList<>();
        for (ByteBuffer line : data) {
            lines.add(line.duplicate());
            line.position(line.limit());
        }
        lines.forEach(this::write);
    }

    @Override
    public void writeEof() {
        eofWritten |= !closing;
    }

    @Override
    public boolean canWriteEof() {
        return true;
    }

    @Override
    public void close() {
        if (!closing) {
            closing = true;
            finish();
        }
    }

    private void finish() {
        if (closing && held == 0 && !aborted) {
            end(null);
        }
    }

    @Override
    public void abort() {
        if (!aborted) {
            aborted = true;
            end(null);
        }
    }

    private void end(@Nullable Throwable cause) {
        closing = true;
        held = 0;
        loop.callSoon(() -> {
            BaseProtocol last = protocol;
            protocol = null;
            if (last != null) {
                last.connectionLost(cause);
            }
        });
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    @Override
    public long getWriteBufferSize() {
        return held;
    }

    @Override
    public WaterMarks getWriteBufferLimits() {
        return marks;
    }

    @Override
    public void setWriteBufferLimits(WaterMarks newMarks) {
        marks = newMarks;
        pauseIfAbove();
    }

    @Override
    public void setWriteBufferLimits() {
        setWriteBufferLimits(WaterMarks.DEFAULT);
    }

    private void pauseIfAbove() {
        if (!writingPaused && held > marks.high() && protocol != null) {
            writingPaused = true;
            protocol.pauseWriting();
        }
    }

    @Override
    public boolean isReading() {
        return !readingPaused && !closing && !eofReceived;
    }

    @Override
    public void pauseReading() {
        readingPaused = true;
    }

    @Override
    public void resumeReading() {
        readingPaused = false;
    }

    /** Replaces the protocol at once, without a hand-over. */
    @Override
    public void setProtocol(BaseProtocol newProtocol, UnreadBytes unreadBytes) {
        protocol = newProtocol;
    }

    @Override
    public @Nullable BaseProtocol getProtocol() {
        return protocol;
    }

    @Override
    public Optional<Object> getExtraInfo(String name) {
        return Optional.ofNullable(extraInfo.get(name));
    }

    @Override
    public String toString() {
        return "RecordingTransport " + (closing ? "closing" : "open") + ", " + held + " bytes buffered, "
                + written.size() + " written";
    }
}
