// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.protocol.UnreadBytes;
import dev.turnout.testkit.ManualLoop;
import dev.turnout.testkit.RecordingTransport;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Function;

/** Plays one conversation with the protocol under test, and switches it where it is told to, as a transport would. */
final class Talk {

    private final byte[] in;
    private final RecordingTransport transport;
    private final ManualLoop loop;
    private Switchable current;
    private int position;
    private int switches;

    Talk(Conversation conversation, Function<? super ManualLoop, ? extends BaseProtocol> factory) {
        in = conversation.in();
        loop = new ManualLoop();
        BaseProtocol first = factory.apply(loop);
        if (!(first instanceof Switchable switchable)) {
            throw new AssertionError(first.getClass().getName() + " does not implement Switchable");
        }
        current = switchable;
        transport = new RecordingTransport(loop, first);
        loop.runUntilIdle();
    }

    Switchable current() {
        return current;
    }

    /** Returns how many successors the connection has had. */
    int switches() {
        return switches;
    }

    ManualLoop loop() {
        return loop;
    }

    /** Lets every byte written wait in the buffer until the protocol reads no more, so that it pauses whenever it can. */
    Talk behindASlowPeer() {
        transport.setWriteBufferLimits(0);
        transport.hold();
        return this;
    }

    /** Delivers the peer's bytes up to this position, in one piece unless the protocol pauses. */
    Talk upTo(int end) {
        if (end > position) {
            deliver(Arrays.copyOfRange(in, position, end));
            position = end;
        }
        return this;
    }

    Talk toTheEnd() {
        return upTo(in.length);
    }

    private void deliver(byte[] bytes) {
        for (int patience = 0; !transport.isReading() && !transport.isClosing(); patience++) {
            if (patience == 2) {
                throw new AssertionError(current.getClass().getName() + " does not read after byte " + position
                        + ", although nothing waits in the write buffer");
            }
            transport.release(Long.MAX_VALUE);
            loop.runUntilIdle();
        }
        if (!transport.isClosing()) {
            transport.receive(bytes);
            loop.runUntilIdle();
        }
    }

    /** Tells whether the protocol has ended the conversation. */
    boolean isOver() {
        return transport.isClosing();
    }

    HandoverContext context(int version) {
        return new HandoverContext(
                version, UnreadBytes.CARRIED, false, !transport.isReading(), transport.isWritingPaused());
    }

    HandoverState handOver(int version) {
        return current.handOver(context(version));
    }

    /** Gives the connection to a successor. */
    void handOverTo(Switchable next, int version) {
        HandoverContext context = context(version);
        HandoverState state = current.handOver(context);
        current = next;
        switches++;
        transport.setProtocol(next);
        next.takeOver(transport, state, context);
        if (transport.isWritingPaused()) {
            next.pauseWriting();
        }
        redeliver(state);
    }

    /** Gives the connection back to the protocol that has handed it over. */
    void giveBack(HandoverState state) {
        current.takeBack(state);
        redeliver(state);
    }

    private void redeliver(HandoverState state) {
        loop.runUntilIdle();
        ByteBuffer unread = state.unread();
        if (unread.hasRemaining()) {
            byte[] bytes = new byte[unread.remaining()];
            unread.get(bytes);
            deliver(bytes);
        }
    }

    /** Returns what was written, the last bytes included that a protocol writes when the peer reads. */
    byte[] written() {
        transport.release(Long.MAX_VALUE);
        loop.runUntilIdle();
        return transport.written();
    }
}
