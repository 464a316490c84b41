// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Checks the number and the checksum of each request, and replies with a number and a digest of its own, which its successor goes on with.
 *
 * <p>The state has two versions, so that it is lost if a successor reads the wrong one. A request out of order is answered by the number -1.
 */
final class SwapProtocol implements Protocol, Switchable {

    private static final int WRONG = -1;

    private final Build build;
    private Transport transport;
    private byte[] tail = {};
    private int number;
    private long digest = Frames.EMPTY;

    SwapProtocol(Build build) {
        this.build = build;
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        byte[] all = Arrays.copyOf(tail, tail.length + data.remaining());
        data.get(all, tail.length, data.remaining());
        ByteBuffer in = ByteBuffer.wrap(all);
        ByteBuffer out = ByteBuffer.allocate(all.length * Frames.REPLY_OVERHEAD / Frames.REQUEST_OVERHEAD + 1);
        while (in.remaining() >= Frames.REQUEST_OVERHEAD) {
            int length = in.getShort(in.position());
            if (in.remaining() < Frames.REQUEST_OVERHEAD + length) {
                break;
            }
            in.getShort();
            reply(all, in, length, out);
        }
        tail = Arrays.copyOfRange(all, in.position(), all.length);
        if (out.position() > 0) {
            transport.write(out.flip());
        }
    }

    private void reply(byte[] all, ByteBuffer in, int length, ByteBuffer out) {
        int checked = in.position();
        int theirs = in.getInt();
        int payload = in.position();
        in.position(payload + length);
        boolean right = theirs == number && in.getInt() == Frames.checksum(in, checked, payload + length);
        in.position(payload + length + Integer.BYTES);
        digest = Frames.digest(digest, theirs, all, payload, length);
        number = theirs + 1;

        out.putShort((short) length);
        int begin = out.position();
        out.putInt(right ? theirs : WRONG).putInt(build.number()).putLong(digest);
        out.put(all, payload, length);
        out.putInt(Frames.checksum(out, begin, out.position()));
    }

    @Override
    public void pauseWriting() {
        transport.pauseReading();
    }

    @Override
    public void resumeWriting() {
        transport.resumeReading();
    }

    @Override
    public SwitchSupport switchSupport() {
        return new SwitchSupport("swap", build.lowest(), build.highest());
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        HandoverState state = context.version() == 1
                ? HandoverState.empty().with("number", number).with("digest", digest)
                : HandoverState.empty().with("stream", List.of(Integer.toString(number), Long.toHexString(digest)));
        return state.withUnread(ByteBuffer.wrap(tail));
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        if (build.fails()) {
            throw new IllegalStateException("build " + build.number() + " fails one in " + build.failsOneIn());
        }
        transport = (Transport) taken;
        begin(state, context.version());
        if (context.readingPaused() && !context.writingPaused()) {
            transport.resumeReading();
        }
    }

    @Override
    public void takeBack(HandoverState state) {
        begin(state, state.value("stream") == null ? 1 : 2);
    }

    private void begin(HandoverState state, int version) {
        tail = new byte[0];
        if (version == 1) {
            number = (Integer) state.value("number");
            digest = (Long) state.value("digest");
        } else {
            List<?> stream = (List<?>) state.value("stream");
            number = Integer.parseInt((String) stream.get(0));
            digest = Long.parseUnsignedLong((String) stream.get(1), 16);
        }
    }
}
