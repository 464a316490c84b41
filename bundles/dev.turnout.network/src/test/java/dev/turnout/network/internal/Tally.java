// SPDX-License-Identifier: Apache-2.0
package dev.turnout.network.internal;

import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
import dev.turnout.api.protocol.ProtocolContext;
import dev.turnout.api.protocol.ProtocolFactory;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Answers each line with a mark and the line's number on its connection, so that a switch that loses, doubles or mixes lines up shows. The number
 * is handed over.
 */
final class Tally implements ProtocolFactory {

    /** What happened to the protocols, in order. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    final List<Session> made = new CopyOnWriteArrayList<>();
    private final String mark;
    private volatile Supplier<SwitchSupport> support;
    private volatile Consumer<String> hook = call -> {};

    /** Makes protocols that can be switched between versions of one name. */
    Tally(String mark, int lowest, int highest) {
        this.mark = mark;
        SwitchSupport declared = new SwitchSupport("test.tally", lowest, highest);
        this.support = () -> declared;
    }

    Tally(String mark) {
        this(mark, 1, 1);
    }

    /** Runs something at the beginning of a callback of the protocols, from now on; it may throw. */
    Tally on(String call, Runnable action) {
        hook = one -> {
            if (one.equals(call)) {
                action.run();
            }
        };
        return this;
    }

    /** Has the protocols say from now on what they can be switched with. */
    void supports(Supplier<SwitchSupport> declared) {
        support = declared;
    }

    @Override
    public Protocol newProtocol(ProtocolContext context) {
        Session session = new Session();
        made.add(session);
        return session;
    }

    @Override
    public void validate(java.util.Map<String, String> options) {}

    /** Is the protocol of one connection. */
    final class Session implements Protocol, Switchable {

        private final ByteArrayOutputStream line = new ByteArrayOutputStream();
        Transport transport;
        private int lines;

        private void note(String call) {
            calls.add(call);
            hook.accept(call);
        }

        @Override
        public void connectionMade(BaseTransport begun) {
            transport = (Transport) begun;
            note("connectionMade");
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            hook.accept("dataReceived");
            while (data.hasRemaining()) {
                byte b = data.get();
                if (b == '\n') {
                    lines++;
                    String reply = mark + lines + ":" + line.toString(StandardCharsets.US_ASCII) + "\n";
                    line.reset();
                    transport.write(reply.getBytes(StandardCharsets.US_ASCII));
                } else {
                    line.write(b);
                }
            }
        }

        @Override
        public void connectionLost(Throwable cause) {
            note("connectionLost");
        }

        @Override
        public SwitchSupport switchSupport() {
            return support.get();
        }

        @Override
        public HandoverState handOver(HandoverContext context) {
            note("handOver " + context.version());
            HandoverState state = HandoverState.empty()
                    .with("lines.v" + context.version(), lines)
                    .withUnread(ByteBuffer.wrap(line.toByteArray()));
            line.reset();
            return state;
        }

        @Override
        public void takeOver(BaseTransport taken, HandoverState state, HandoverContext context) {
            transport = (Transport) taken;
            note("takeOver " + context.version());
            lines = (Integer) state.value("lines.v" + context.version());
        }

        @Override
        public void takeBack(HandoverState state) {
            note("takeBack");
        }
    }
}
