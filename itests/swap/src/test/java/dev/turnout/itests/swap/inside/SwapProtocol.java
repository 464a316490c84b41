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
 * <p>The state has two versions, so that it is lost if a successor reads the wrong one.
 */
final class SwapProtocol implements Protocol, Switchable {

    private final Build build;
    private Transport transport;
    private byte[] tail = {};
    private Conversation peer = new Conversation();

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
        while (Conversation.isWhole(in)) {
            peer.answer(in, build.number(), out);
        }
        tail = Arrays.copyOfRange(all, in.position(), all.length);
        if (out.position() > 0) {
            transport.write(out.flip());
        }
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
                ? HandoverState.empty().with("number", peer.number).with("digest", peer.digest)
                : HandoverState.empty().with("stream", List.of(peer.toString()));
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
        peer = version == 1
                ? new Conversation((Integer) state.value("number"), (Long) state.value("digest"))
                : Conversation.of((String) ((List<?>) state.value("stream")).get(0));
    }
}
