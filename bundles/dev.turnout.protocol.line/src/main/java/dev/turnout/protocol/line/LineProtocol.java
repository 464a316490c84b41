// SPDX-License-Identifier: Apache-2.0
package dev.turnout.protocol.line;

import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers each line with the same line in upper case: the letters a to z become A to Z, all other bytes stay, so UTF-8 and every other encoding that
 * extends ASCII come back whole. A line that is too long is answered by {@code error: line too long} at its end, and the connection goes on. What stands
 * behind the last LF when the peer ends is no line and is not answered.
 *
 * <p>It takes in nothing while the peer does not read. The bytes of an unfinished line go to the successor when it is switched,
 * which can be every protocol that follows streams of bytes, such as echo.
 */
public final class LineProtocol implements Protocol, Switchable, LineCodec.Lines {

    private static final SwitchSupport SUPPORT = new SwitchSupport(SwitchSupport.STREAM, 1, 1);
    private static final String SKIPPING = "skipping";
    private static final byte[] TOO_LONG = "error: line too long\n".getBytes(StandardCharsets.US_ASCII);

    private final int maxLine;
    private LineCodec codec;
    private @Nullable Transport transport;
    private byte[] reply = {};

    /**
     * Makes a protocol for one connection.
     *
     * @param maxLine the longest line in bytes, its LF not counted
     */
    @SuppressWarnings("this-escape")
    public LineProtocol(int maxLine) {
        this.maxLine = maxLine;
        this.codec = new LineCodec(maxLine, this);
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        codec.decode(data);
    }

    @Override
    public void line(ByteBuffer line) {
        int length = line.remaining();
        if (reply.length < length) {
            reply = new byte[length];
        }
        line.get(reply, 0, length);
        for (int i = 0; i < length; i++) {
            byte b = reply[i];
            if (b >= 'a' && b <= 'z') {
                reply[i] = (byte) (b - 'a' + 'A');
            }
        }
        transport().write(reply, 0, length);
    }

    @Override
    public void tooLong() {
        transport().write(TOO_LONG);
    }

    @Override
    public void pauseWriting() {
        transport().pauseReading();
    }

    @Override
    public void resumeWriting() {
        transport().resumeReading();
    }

    @Override
    public SwitchSupport switchSupport() {
        return SUPPORT;
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        return HandoverState.empty().with(SKIPPING, codec.isSkipping()).withUnread(codec.unread());
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        transport = (Transport) taken;
        begin(state);
        if (context.readingPaused() && !context.writingPaused()) {
            // whoever paused it did so for a reason of its own
            transport.resumeReading();
        }
    }

    /** Begins the unfinished line anew, as its bytes are delivered again. */
    @Override
    public void takeBack(HandoverState state) {
        begin(state);
    }

    private void begin(HandoverState state) {
        codec = new LineCodec(maxLine, this);
        if (Boolean.TRUE.equals(state.value(SKIPPING))) {
            codec.skip();
        }
    }

    private Transport transport() {
        return Objects.requireNonNull(transport);
    }
}
