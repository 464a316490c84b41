// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads into three bytes at a time and takes connections over. */
final class BufferedRelay implements BufferedProtocol, Switchable {

    final StringBuilder got = new StringBuilder();
    final List<Integer> counts = new ArrayList<>();
    private final ByteBuffer room = ByteBuffer.allocateDirect(3);

    @Override
    public ByteBuffer getBuffer(int sizeHint) {
        return room;
    }

    @Override
    public void bufferUpdated(int count) {
        counts.add(count);
        for (int i = 0; i < count; i++) {
            got.append((char) room.get(i));
        }
    }

    @Override
    public SwitchSupport switchSupport() {
        return new SwitchSupport("records", 1, 1);
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        return HandoverState.empty();
    }

    @Override
    public void takeOver(BaseTransport transport, HandoverState state, HandoverContext context) {}
}
