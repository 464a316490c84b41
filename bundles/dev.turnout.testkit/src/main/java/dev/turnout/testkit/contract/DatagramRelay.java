// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.protocol.DatagramProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.SwitchSupport;
import dev.turnout.api.protocol.Switchable;
import dev.turnout.api.transport.BaseTransport;
import dev.turnout.api.transport.DatagramTransport;
import dev.turnout.testkit.Hook;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes datagrams, supports switching, and records what it is told and what is not legal. Thread: the loop's; the lists may be read elsewhere. */
final class DatagramRelay implements DatagramProtocol, Switchable {

    private final String name;
    private final List<String> taken;
    private final SwitchSupport support;
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private @Nullable Hook<? super DatagramRelay> onDatagram;
    private Hook<? super DatagramRelay> onHandOver = relay -> {};
    private Hook<? super DatagramRelay> onTakeOver = relay -> {};
    private String unread = "";
    private boolean inCharge;
    private @Nullable DatagramTransport transport;

    /** @param taken gets the text of each datagram, shared by all relays of a test */
    DatagramRelay(String name, List<String> taken) {
        this(name, taken, new SwitchSupport("datagrams", 1, 1));
    }

    DatagramRelay(String name, List<String> taken, SwitchSupport support) {
        this.name = name;
        this.taken = taken;
        this.support = support;
    }

    DatagramRelay onDatagram(Hook<? super DatagramRelay> hook) {
        onDatagram = hook;
        return this;
    }

    DatagramRelay onHandOver(Hook<? super DatagramRelay> hook) {
        onHandOver = hook;
        return this;
    }

    DatagramRelay onTakeOver(Hook<? super DatagramRelay> hook) {
        onTakeOver = hook;
        return this;
    }

    DatagramRelay withUnread(String text) {
        unread = text;
        return this;
    }

    boolean switchesOnDatagram() {
        return onDatagram != null;
    }

    List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    List<String> violations() {
        synchronized (violations) {
            return List.copyOf(violations);
        }
    }

    DatagramTransport transport() {
        return Objects.requireNonNull(transport);
    }

    void note(String call) {
        calls.add(call);
        DatagramTransport own = transport;
        if (own != null && !own.loop().inLoop()) {
            violations.add(call + " runs on " + Thread.currentThread());
        }
    }

    private void inCharge(String call) {
        note(call);
        if (!inCharge) {
            violations.add(call + " came to " + name + ", which is not in charge");
        }
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (DatagramTransport) made;
        inCharge = true;
        note("connectionMade");
    }

    @Override
    public void datagramReceived(ByteBuffer data, SocketAddress sender) {
        String text = StandardCharsets.ISO_8859_1.decode(data).toString();
        inCharge("datagram " + text);
        taken.add(text);
        Hook<? super DatagramRelay> hook = onDatagram;
        if (hook != null) {
            Hook.call(hook, this);
        }
    }

    @Override
    public void pauseWriting() {
        inCharge("pauseWriting");
    }

    @Override
    public void resumeWriting() {
        inCharge("resumeWriting");
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        inCharge("connectionLost " + (cause == null ? "null" : cause.getMessage()));
        inCharge = false;
    }

    @Override
    public SwitchSupport switchSupport() {
        return support;
    }

    @Override
    public HandoverState handOver(HandoverContext context) {
        inCharge("handOver");
        Hook.call(onHandOver, this);
        inCharge = false;
        return HandoverState.empty()
                .with("from", name)
                .withUnread(ByteBuffer.wrap(unread.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Override
    public void takeOver(BaseTransport taking, HandoverState state, HandoverContext context) {
        transport = (DatagramTransport) taking;
        inCharge = true;
        note("takeOver from " + state.value("from"));
        Hook.call(onTakeOver, this);
    }

    @Override
    public void takeBack(HandoverState state) {
        inCharge = true;
        note("takeBack");
    }

    @Override
    public String toString() {
        return name + calls();
    }
}
