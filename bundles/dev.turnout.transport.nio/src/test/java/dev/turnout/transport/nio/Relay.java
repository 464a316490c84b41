// SPDX-License-Identifier: Apache-2.0
package dev.turnout.transport.nio;

import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.Transport;
import dev.turnout.testkit.Hook;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Takes whole records of {@code size} bytes, keeps the rest as unread, and supports switching; records what it is told. */
final class Relay implements dev.turnout.api.protocol.Protocol, Switchable {

    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    final ConcurrentHashMap<String, Hook<Relay>> hooks = new ConcurrentHashMap<>();
    final String name;

    private final int size;
    private final SwitchSupport support;
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    Transport transport;
    HandoverContext context;
    boolean keepsOpen;

    Relay(String name, int size) {
        this(name, size, new SwitchSupport("records", 1, 2));
    }

    Relay(String name, int size, SwitchSupport support) {
        this.name = name;
        this.size = size;
        this.support = support;
    }

    /** Sets what happens inside a callback, after it was recorded. */
    Relay on(String callback, Hook<Relay> hook) {
        hooks.put(callback, hook);
        return this;
    }

    /** Returns the data taken as whole records. */
    String taken() {
        StringBuilder all = new StringBuilder();
        synchronized (calls) {
            for (String call : calls) {
                if (call.startsWith("record ")) {
                    all.append(call.substring("record ".length()));
                }
            }
        }
        return all.toString();
    }

    private void note(String callback, String detail) {
        calls.add(callback + detail);
        Hook<Relay> hook = hooks.get(callback);
        if (hook != null) {
            Hook.call(hook, this);
        }
    }

    @Override
    public void connectionMade(BaseTransport with) {
        transport = (Transport) with;
        note("connectionMade", "");
    }

    @Override
    public void dataReceived(ByteBuffer data) {
        while (data.hasRemaining()) {
            unread.write(data.get());
            if (unread.size() == size) {
                String record = unread.toString(StandardCharsets.ISO_8859_1);
                unread.reset();
                note("record", " " + record);
            }
        }
        note("data", "");
    }

    @Override
    public boolean eofReceived() {
        note("eofReceived", "");
        return keepsOpen;
    }

    @Override
    public void pauseWriting() {
        note("pauseWriting", "");
    }

    @Override
    public void resumeWriting() {
        note("resumeWriting", "");
    }

    @Override
    public void connectionLost(Throwable cause) {
        note("connectionLost", " " + (cause == null ? "null" : cause.getMessage()));
    }

    @Override
    public SwitchSupport switchSupport() {
        return support;
    }

    @Override
    public HandoverState handOver(HandoverContext now) {
        context = now;
        note("handOver", "");
        HandoverState state =
                HandoverState.empty().with("from", name).withUnread(ByteBuffer.wrap(unread.toByteArray()));
        unread.reset();
        return state;
    }

    @Override
    public void takeOver(BaseTransport with, HandoverState state, HandoverContext now) {
        transport = (Transport) with;
        context = now;
        note("takeOver", " from " + state.value("from"));
    }

    @Override
    public void takeBack(HandoverState state) {
        note("takeBack", "");
    }
}
