// SPDX-License-Identifier: Apache-2.0
package dev.turnout.testkit.contract;

import dev.turnout.api.protocol.BufferedProtocol;
import dev.turnout.api.protocol.HandoverContext;
import dev.turnout.api.protocol.HandoverState;
import dev.turnout.api.protocol.Protocol;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes records of four bytes, keeps the rest as unread, and supports switching; records what it is told, and what is not legal.
 *
 * <p>Data shows as {@code data}, once after each beginning, and as one line for each record, so that the cutting of bytes does not matter.
 */
abstract class Relay implements Switchable {

    /** Is a type that only the bundle of this protocol knows. */
    static final class Own {}

    /** Is the kind of protocol that a relay is. */
    enum Style {
        STREAM,
        BUFFERED
    }

    private static final int RECORD = 4;
    private static final int ROOM = 3;

    private final String name;
    private final SwitchSupport support;
    private final Map<String, Hook<? super Relay>> hooks = new HashMap<>();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
    private final StringBuilder taken = new StringBuilder();
    private final ByteArrayOutputStream unread = new ByteArrayOutputStream();
    private boolean keepsOpen;
    private boolean dataShown;
    private boolean writingPaused;
    private int depth;
    private @Nullable Transport transport;
    private volatile @Nullable HandoverContext context;

    private Relay(String name, SwitchSupport support) {
        this.name = name;
        this.support = support;
    }

    static Relay of(Style style, String name) {
        return of(style, name, new SwitchSupport("records", 1, 2));
    }

    static Relay of(Style style, String name, SwitchSupport support) {
        return style == Style.STREAM ? new OfStream(name, support) : new OfBuffer(name, support);
    }

    /** Sets what happens inside a callback, after it was recorded; {@code byte} means after each byte was taken. */
    final Relay on(String callback, Hook<? super Relay> hook) {
        hooks.put(callback, hook);
        return this;
    }

    /** Has {@code eofReceived} answer true. */
    final Relay keepingOpen() {
        keepsOpen = true;
        return this;
    }

    /** Returns the callbacks so far. */
    final List<String> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    final boolean was(String call) {
        return calls.contains(call);
    }

    /** Returns what was not legal. */
    final List<String> violations() {
        synchronized (violations) {
            return List.copyOf(violations);
        }
    }

    /** Returns the data taken as whole records. */
    final String taken() {
        return taken.toString();
    }

    /** Returns how many bytes are taken or kept unread. On the loop. */
    final int position() {
        return taken.length() + unread.size();
    }

    final Transport transport() {
        return Objects.requireNonNull(transport, "there is no transport yet");
    }

    /** Returns what the latest hand-over was told. */
    final HandoverContext context() {
        return Objects.requireNonNull(context, "there was no hand-over yet");
    }

    private void note(String callback, String detail) {
        calls.add(callback + detail);
        run(callback, callback + detail);
    }

    private void run(String callback, String line) {
        Transport own = transport;
        if (own != null && !own.loop().inLoop()) {
            violations.add(line + " runs on " + Thread.currentThread());
        }
        if (depth > 0 && !callback.equals("pauseWriting")) {
            violations.add(line + " is nested in another callback");
        }
        Hook<? super Relay> hook = hooks.get(callback);
        if (hook == null) {
            return;
        }
        depth++;
        try {
            Hook.call(hook, this);
        } finally {
            depth--;
        }
    }

    /** Takes bytes in. */
    final void take(ByteBuffer data) {
        if (!dataShown) {
            dataShown = true;
            note("data", "");
        }
        while (data.hasRemaining()) {
            unread.write(data.get());
            if (unread.size() == RECORD) {
                String record = unread.toString(StandardCharsets.ISO_8859_1);
                unread.reset();
                taken.append(record);
                note("record", " " + record);
            }
            run("byte", "data");
        }
    }

    @Override
    public void connectionMade(BaseTransport made) {
        transport = (Transport) made;
        note("connectionMade", "");
    }

    /** Answers for both kinds of protocol. */
    public boolean eofReceived() {
        note("eofReceived", "");
        return keepsOpen;
    }

    @Override
    public void pauseWriting() {
        if (writingPaused) {
            violations.add("pauseWriting came twice");
        }
        writingPaused = true;
        note("pauseWriting", "");
    }

    @Override
    public void resumeWriting() {
        if (!writingPaused) {
            violations.add("resumeWriting came without a pauseWriting");
        }
        writingPaused = false;
        note("resumeWriting", "");
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
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
    public void takeOver(BaseTransport taking, HandoverState state, HandoverContext now) {
        transport = (Transport) taking;
        context = now;
        dataShown = false;
        note("takeOver", " from " + state.value("from"));
    }

    @Override
    public void takeBack(HandoverState state) {
        dataShown = false;
        note("takeBack", "");
    }

    @Override
    public String toString() {
        return name + calls();
    }

    private static final class OfStream extends Relay implements Protocol {

        OfStream(String name, SwitchSupport support) {
            super(name, support);
        }

        @Override
        public void dataReceived(ByteBuffer data) {
            take(data);
        }
    }

    /** Offers room for less than a record, so that nothing comes out right by chance. */
    private static final class OfBuffer extends Relay implements BufferedProtocol {

        private final ByteBuffer room = ByteBuffer.allocateDirect(ROOM);

        OfBuffer(String name, SwitchSupport support) {
            super(name, support);
        }

        @Override
        public ByteBuffer getBuffer(int sizeHint) {
            return room;
        }

        @Override
        public void bufferUpdated(int count) {
            take(room.duplicate().limit(count));
        }
    }
}
