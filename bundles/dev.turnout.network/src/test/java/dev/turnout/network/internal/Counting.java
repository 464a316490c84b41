// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.protocol.BaseProtocol;
import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Answers each datagram with a mark and its number at this endpoint. The number is handed over. */
final class Counting implements ProtocolFactory {

    /** What happened to the protocols, in order. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    private final String mark;

    /** Is run inside the callback of the next datagram. */
    final AtomicReference<Runnable> atNext = new AtomicReference<>(() -> {});

    Counting(String mark) {
        this.mark = mark;
    }

    @Override
    public BaseProtocol newProtocol(ProtocolContext context) {
        return new Session();
    }

    @Override
    public void validate(Map<String, String> options) {}

    private final class Session implements DatagramProtocol, Switchable {

        private @Nullable DatagramTransport transport;
        private int count;

        @Override
        public void connectionMade(BaseTransport made) {
            transport = (DatagramTransport) made;
            calls.add("connectionMade");
        }

        @Override
        public void datagramReceived(ByteBuffer data, SocketAddress sender) {
            String text = StandardCharsets.US_ASCII.decode(data).toString();
            DatagramTransport own = Objects.requireNonNull(transport);
            if (text.equals("close")) {
                own.close();
                return;
            }
            atNext.getAndSet(() -> {}).run();
            count++;
            own.sendto(ByteBuffer.wrap((mark + count + ":" + text).getBytes(StandardCharsets.US_ASCII)), sender);
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            calls.add("connectionLost");
        }

        @Override
        public SwitchSupport switchSupport() {
            return new SwitchSupport("test.counting", 1, 1);
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            calls.add("handOver");
            return HandoverState.empty().with("count", count);
        }

        @Override
        public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
            transport = (DatagramTransport) taken;
            calls.add("takeOver");
            count = (Integer) Objects.requireNonNull(state.value("count"));
        }

        @Override
        public void takeBack(HandoverState state) {
            calls.add("takeBack");
        }
    }
}
