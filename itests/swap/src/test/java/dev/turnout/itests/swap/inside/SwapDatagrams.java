// SPDX-License-Identifier: Apache-2.0
package dev.turnout.itests.swap.inside;

import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers each datagram, a request, by one; what it knows of all its peers is its state.
 *
 * <p>The state has two versions, as that of streams.
 */
final class SwapDatagrams implements DatagramProtocol, Switchable {

    private final Build build;
    private final Map<String, Conversation> peers = new HashMap<>();
    private DatagramTransport transport;

    SwapDatagrams(Build build) {
        this.build = build;
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (DatagramTransport) made;
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress sender) {
        ByteBuffer in = ByteBuffer.allocate(data.remaining()).put(data).flip();
        if (Conversation.isWhole(in)) {
            if (Conversation.isFirst(in)) {
                peers.remove(sender.toString()); // of a socket before that had the same port
            }
            ByteBuffer out = ByteBuffer.allocate(in.remaining() + Frames.REPLY_OVERHEAD);
            peers.computeIfAbsent(sender.toString(), first -> new Conversation())
                    .answer(in, build.number(), out);
            transport.sendto(out.flip(), sender);
        }
    }

    @Override
    public SwitchSupport switchSupport() {
        return new SwitchSupport("swap-datagrams", build.lowest(), build.highest());
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        Map<String, String> texts = new HashMap<>();
        peers.forEach((sender, peer) -> texts.put(sender, peer.toString()));
        return context.version() == 1
                ? HandoverState.empty().with("peers", texts)
                : HandoverState.empty()
                        .with("senders", List.copyOf(texts.keySet()))
                        .with("conversations", List.copyOf(texts.values()));
    }

    @Override
    public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
        if (build.fails()) {
            throw new IllegalStateException("build " + build.number() + " fails one in " + build.failsOneIn());
        }
        transport = (DatagramTransport) taken;
        if (context.version() == 1) {
            ((Map<?, ?>) state.value("peers"))
                    .forEach((sender, text) -> peers.put((String) sender, Conversation.of((String) text)));
            return;
        }
        List<?> senders = (List<?>) state.value("senders");
        List<?> texts = (List<?>) state.value("conversations");
        for (int i = 0; i < senders.size(); i++) {
            peers.put((String) senders.get(i), Conversation.of((String) texts.get(i)));
        }
    }

    /** Goes on: it has kept what it has handed over. */
    @Override
    public void takeBack(HandoverState state) {}
}
